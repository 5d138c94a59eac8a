import { describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../../src/events/index.ts';
import type { EventJournal } from '../../../src/events/journal/event-journal.ts';
import { createBatched, eventOf, settle } from '../support/batched.ts';

describe('journal', () => {
  function createJournal(answer: number | null = 1) {
    const written: string[] = [];
    const done: number[] = [];
    let closed = 0;
    const journal = {
      write: ({ line }: { line: string }) => {
        written.push(line);
        return Promise.resolve(answer);
      },
      done: (segment: number) => void done.push(segment),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    } as unknown as EventJournal;
    return { gate: { openJournal: () => journal }, written, done, isClosed: () => closed > 0 };
  }

  test('with it a waiting event is on the disk before "buffered" is answered, until it is processed', async () => {
    const { gate, written, done, isClosed } = createJournal();
    const { batched } = createBatched({ journal: true }, { gate });
    const event = eventOf('info');
    expect(await batched.addEvent(event)).toMatchObject({ status: 'buffered' });
    expect(written).toEqual([`{"id":"${event.id}"}`]);
    expect(done).toEqual([]);
    await batched.flush();
    await settle();
    expect(done).toEqual([1]);
    await batched.close();
    expect(isClosed()).toBe(true);
  });

  test('without it nothing is written, and it is off by default', async () => {
    for (const options of [{}, { journal: false }]) {
      const { gate, written } = createJournal();
      const { batched } = createBatched(options, { gate });
      await batched.addEvent(eventOf('info'));
      expect(written).toEqual([]);
    }
  });

  test('it is on by default with the guarantee strict, and can be switched off', async () => {
    for (const [options, count] of [
      [{}, 1],
      [{ journal: false }, 0],
    ] as const) {
      const { gate, written } = createJournal();
      const { batched } = createBatched(options, { gate: { ...gate, guarantee: 'strict' } });
      await batched.addEvent(eventOf('info'));
      expect(written).toHaveLength(count);
    }
  });

  test('its processor is asked what it refuses, as it is without it', async () => {
    const { gate, written } = createJournal();
    const { batched, processor } = createBatched({ journal: true }, { gate });
    const prepared: string[] = [];
    const ended: string[] = [];
    Object.assign(processor, {
      prepare: ({ id, type }: SecurityEvent) => {
        prepared.push(id);
        return type === 'too.large' ? { status: 'rejected', reason: 'too_large' } : null;
      },
      ended: ({ id }: SecurityEvent) => void ended.push(id),
    });
    const events = [eventOf('info'), eventOf('info', { type: 'too.large' })];
    const receipts = await Promise.all(events.map((event) => batched.addEvent(event)));
    expect(receipts).toMatchObject([{ status: 'buffered' }, { status: 'rejected', reason: 'too_large' }]);
    expect(prepared).toEqual(events.map(({ id }) => id));
    expect(written).toHaveLength(1);
    await batched.flush();
    expect(ended.toSorted()).toEqual(prepared.toSorted());
  });

  test('critical and high events, which do not wait, are not written', async () => {
    const { gate, written } = createJournal();
    const { batched } = createBatched({ journal: true }, { gate });
    await batched.addEvent(eventOf('critical'));
    await batched.addEvent(eventOf('high'));
    expect(written).toEqual([]);
  });

  test('an event that the disk does not take goes at once, and is answered with where it is', async () => {
    const { gate } = createJournal(null);
    const { batched, processor } = createBatched({ journal: true }, { gate });
    expect(await batched.addEvent(eventOf('info'))).toMatchObject({ status: 'processed' });
    expect(processor.events).toHaveLength(1);
  });
});
