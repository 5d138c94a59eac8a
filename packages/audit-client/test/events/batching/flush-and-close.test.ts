import { describe, expect, test } from 'vitest';
import { createBatched, eventOf, eventsOf, settle } from '../support/batched.ts';
import { createLatch, reject, takeAll } from '../support/scripted-processor.ts';

const QUICK = { retryDelay: 0 } as const;

describe('flush', () => {
  test('resolves when everything that came before is processed, with its counts', async () => {
    const { batched } = createBatched();
    for (const event of [...eventsOf('info', 130), ...eventsOf('low', 3)]) void batched.addEvent(event);
    expect(await batched.flush()).toEqual({ processed: 133, failed: 0 });
    expect(await batched.flush()).toEqual({ processed: 0, failed: 0 });
  });

  test('flushes at the same time cover the same events once', async () => {
    const { batched, processor } = createBatched();
    const latch = createLatch();
    processor.answer(latch.script);
    for (const event of eventsOf('info', 5)) void batched.addEvent(event);
    const both = Promise.all([batched.flush(), batched.flush()]);
    await settle();
    latch.open();
    expect(await both).toEqual([
      { processed: 5, failed: 0 },
      { processed: 5, failed: 0 },
    ]);
    expect(processor.events).toHaveLength(5);
  });

  test('does not wait for what comes after it', async () => {
    const { batched, processor } = createBatched({ processingTimeout: 50 });
    void batched.addEvent(eventOf('info'));
    const flushed = batched.flush();
    await settle();
    processor.answer(() => new Promise(() => undefined));
    void batched.addEvent(eventOf('critical'));
    expect(await flushed).toEqual({ processed: 1, failed: 0 });
    processor.answer(takeAll);
  });

  test('of a processor that fails resolves after the last attempt, with what failed', async () => {
    const { batched } = createBatched({ ...QUICK, maxRetryAttempts: 2 }, { script: reject() });
    for (const event of eventsOf('info', 4)) void batched.addEvent(event);
    expect(await batched.flush()).toEqual({ processed: 0, failed: 4 });
  });
});

describe('drain', () => {
  test('ends the windows with their summaries, and takes events afterwards', async () => {
    const { batched, processor } = createBatched({ enableDeduplication: true });
    const add = () => batched.addEvent({ type: 'a.b', priority: 'info', details: {} });
    for (let count = 0; count < 5; count += 1) void add();
    await batched.flush();
    expect(processor.events).toHaveLength(1);
    await batched.drain();
    expect(processor.events.map(({ coalesced }) => coalesced?.count)).toEqual([undefined, 4]);
    expect(await add()).toMatchObject({ status: 'buffered' });
  });

  test('covers what came while another one was under way', async () => {
    const { batched, processor } = createBatched();
    const latch = createLatch();
    processor.answer(latch.script);
    void batched.addEvent(eventOf('info'));
    void batched.drain();
    await settle();
    void batched.addEvent(eventOf('info'));
    const drained = batched.drain();
    latch.open();
    await drained;
    expect(processor.events).toHaveLength(2);
  });
});

describe('close', () => {
  test('hands over what waits, closes the processor once, and is joined', async () => {
    const { batched, processor } = createBatched();
    for (const event of eventsOf('info', 7)) void batched.addEvent(event);
    const closing = batched.close();
    expect(batched.close()).toBe(closing);
    await closing;
    await batched.close();
    expect([processor.events.length, processor.closed]).toEqual([7, 1]);
  });

  test('does not wait for pauses: what fails goes to the spool at once', async () => {
    const { batched, processor, kept } = createBatched({ retryDelay: 3_600_000 }, { script: reject() });
    void batched.addEvent(eventOf('critical'));
    void batched.addEvent(eventOf('info'));
    await settle();
    await batched.close();
    expect(kept).toHaveLength(2);
    expect(processor.batches).toHaveLength(3);
    expect(batched.getStats()).toMatchObject({ totalFailed: 2, currentQueueSize: 0 });
  });

  test('survives a processor whose close rejects, throws or hangs', async () => {
    for (const close of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no');
      },
      () => new Promise<void>(() => undefined),
    ]) {
      const { batched, processor } = createBatched({ processingTimeout: 20 });
      Object.assign(processor, { close });
      await batched.close();
    }
  });

  test('closes the deduplication store also when the processor cannot be closed', async () => {
    let isStoreClosed = false;
    const deduplicationStore = {
      claim: () => Promise.resolve(null),
      close: () => {
        isStoreClosed = true;
        return Promise.resolve();
      },
    };
    const { batched, processor } = createBatched({ deduplicationStore });
    Object.assign(processor, { close: () => Promise.reject(new Error('no')) });
    await batched.close();
    expect(isStoreClosed).toBe(true);
  });

  test('the client that closes drains its batched processors first', async () => {
    const { batched, processor, drains } = createBatched();
    void batched.addEvent(eventOf('info'));
    expect(drains.size).toBe(1);
    await Promise.all([...drains].map((drain) => drain()));
    expect(processor.events).toHaveLength(1);
    await batched.close();
    expect(drains.size).toBe(0);
  });
});
