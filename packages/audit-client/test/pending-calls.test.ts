import { expect, test } from 'vitest';
import { PendingCalls } from '../src/calls/pending-calls.ts';

function createBench() {
  const log: string[] = [];
  const pending = new PendingCalls(
    () => log.push('busy'),
    () => log.push('idle'),
  );
  const start = () => {
    const call = { bytes: 100, epoch: pending.epoch };
    pending.add(call);
    return call;
  };
  return { log, pending, start };
}

test('a flush waits for the calls before it and not for those that keep coming', async () => {
  const { pending, start, log } = createBench();
  const before = start();
  const flushed = pending.settled().then(() => log.push('flushed'));
  const after = start();
  pending.remove(before);
  await flushed;
  expect(log).toEqual(['busy', 'flushed']);
  pending.remove(after);
  expect(log).toEqual(['busy', 'flushed', 'idle']);
});

test('a second flush joins the first and covers what was logged between them', async () => {
  const { pending, start, log } = createBench();
  const first = start();
  const one = pending.settled().then(() => log.push('one'));
  const second = start();
  const two = pending.settled().then(() => log.push('two'));
  pending.remove(second);
  await Promise.resolve();
  expect(log).toEqual(['busy']);
  pending.remove(first);
  await Promise.all([one, two]);
  expect(log).toEqual(['busy', 'idle', 'one', 'two']);
});

test('with nothing pending a flush ends at once', async () => {
  const { pending } = createBench();
  await pending.settled();
  expect(pending).toMatchObject({ events: 0, bytes: 0 });
});

test('bytes and events return to zero', () => {
  const { pending, start } = createBench();
  const calls = [start(), start(), start()];
  expect(pending).toMatchObject({ events: 3, bytes: 300 });
  for (const call of calls) pending.remove(call);
  expect(pending).toMatchObject({ events: 0, bytes: 0 });
});
