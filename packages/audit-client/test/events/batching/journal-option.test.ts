import { describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../../src/events/index.ts';
import type { EventJournal } from '../../../src/events/journal/event-journal.ts';
import { createBatched, eventOf, eventsOf, settle } from '../support/batched.ts';
import { takeNone } from '../support/scripted-processor.ts';

function createThrowingJournal(): EventJournal {
  const write = (): never => {
    throw new Error('no write here');
  };
  const quiet = (): Promise<void> => Promise.resolve();
  return { write, done: () => undefined, clear: quiet, close: quiet } as unknown as EventJournal;
}

describe('journal', () => {
  function createJournal(answer: number | null = 1) {
    const written: string[] = [];
    const done: number[] = [];
    let cleared = 0;
    let closed = 0;
    const journal = {
      write: ({ line }: { line: string }) => {
        written.push(line);
        return Promise.resolve(answer);
      },
      done: (segment: number) => void done.push(segment),
      clear: () => {
        cleared += 1;
        return Promise.resolve();
      },
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    } as unknown as EventJournal;
    return { gate: { openJournal: () => journal }, written, done, isClosed: () => closed > 0, clears: () => cleared };
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

  test('what the processor refuses at the call is refused with it, too', async () => {
    const { gate, written } = createJournal();
    const { batched, processor } = createBatched({ journal: true }, { gate });
    Object.assign(processor, { prepare: () => ({ status: 'rejected', reason: 'closed' }) });
    expect(await batched.addEvent(eventOf('info'))).toEqual({ status: 'rejected', reason: 'closed' });
    expect(written).toEqual([]);
  });

  test('what ends nowhere else stays in it, for whoever adopts it', async () => {
    const { gate, done } = createJournal();
    const keep = () => Promise.resolve({ status: 'rejected', reason: 'closed' } as const);
    const { batched, told } = createBatched(
      { journal: true, maxRetryAttempts: 0 },
      { gate: { ...gate, keep }, script: takeNone },
    );
    expect(await batched.addEvent(eventOf('info'))).toMatchObject({ status: 'buffered' });
    await batched.flush();
    expect(told.dropped).toMatchObject([{ reason: 'closed' }]);
    await batched.close();
    expect(done).toEqual([]);
  });

  test('a drain at whose end nothing is held clears it once, after every event is done', async () => {
    const { gate, done, clears } = createJournal();
    const { batched } = createBatched({ journal: true }, { gate });
    for (const event of eventsOf('info', 3)) void batched.addEvent(event);
    await batched.drain();
    expect([done, clears()]).toEqual([[1, 1, 1], 1]);
    await batched.drain();
    expect(clears()).toBe(1);
  });

  test('one that cannot be opened, or throws, costs no event and no process: it goes at once, and the log says so', async () => {
    for (const openJournal of [
      () => {
        throw new Error('no journal here');
      },
      () => createThrowingJournal(),
    ]) {
      const { batched, processor, warnings } = createBatched({ journal: true }, { gate: { openJournal } });
      expect(await batched.addEvent(eventOf('info'))).toMatchObject({ status: 'processed' });
      expect(processor.events).toHaveLength(1);
      expect(warnings.at(-1)?.condition).toContain('journal');
    }
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
