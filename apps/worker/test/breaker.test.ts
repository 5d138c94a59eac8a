import { expect, test } from 'vitest';
import { Breaker } from '../src/outages/breaker.ts';
import type { BreakerState } from '../src/outages/breaker.ts';

const NEVER = new AbortController().signal;

/** A breaker whose sleeps are noted and end at once, and whose probe answers as told. */
function setUp(answers: ('well' | 'away')[]) {
  const sleeps: number[] = [];
  const states: BreakerState[] = [];
  let probes = 0;
  const breaker = new Breaker({
    probe: async () => {
      probes += 1;
      if (answers.shift() === 'away') throw new Error('connection refused');
    },
    sleep: async (ms) => {
      sleeps.push(ms);
      await Promise.resolve();
    },
    random: () => 1,
    onChange: (state) => states.push(state),
  });
  return { breaker, sleeps, states, probes: () => probes };
}

test('a failed statement opens it, and a probe that passes closes it', async () => {
  const { breaker, states } = setUp(['away', 'well']);
  breaker.trip(new Error('connection lost'));
  expect(breaker.isOpen).toBe(true);
  await breaker.closed(NEVER);
  expect(breaker.isOpen).toBe(false);
  expect(states).toEqual(['open', 'still_open', 'closed']);
});

test('two slots that fail together start one prober', async () => {
  const { breaker, probes } = setUp(['well']);
  breaker.trip(new Error('connection lost'));
  breaker.trip(new Error('connection lost'));
  await Promise.all([breaker.closed(NEVER), breaker.closed(NEVER)]);
  expect(probes()).toBe(1);
});

test('probes that fail wait longer each time', async () => {
  const { breaker, sleeps } = setUp(['away', 'away', 'away', 'well']);
  breaker.trip(new Error('connection lost'));
  await breaker.closed(NEVER);
  expect(sleeps).toEqual([100, 200, 400, 800]);
});

test('it opens for longer while probes pass and batches fail, and forgets it when a batch is stored', async () => {
  const { breaker, sleeps } = setUp(['well', 'well', 'well']);
  breaker.trip(new Error('permission denied'));
  await breaker.closed(NEVER);
  breaker.trip(new Error('permission denied'));
  await breaker.closed(NEVER);
  breaker.succeed();
  breaker.trip(new Error('connection lost'));
  await breaker.closed(NEVER);
  expect(sleeps).toEqual([100, 200, 100]);
});

test('starting it asks at once and resolves with the first answer, good or bad', async () => {
  const { breaker, sleeps } = setUp(['away', 'well']);
  await breaker.start();
  expect(sleeps[0]).toBe(0);
  await breaker.closed(NEVER);
  expect(breaker.isOpen).toBe(false);
});

test('whoever waits for it leaves when told to stop, and it stays open', async () => {
  const stop = new AbortController();
  const breaker = new Breaker({
    probe: () => Promise.reject(new Error('away')),
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    random: () => 0,
    onChange: () => undefined,
  });
  breaker.trip(new Error('connection lost'));
  const waiting = breaker.closed(stop.signal);
  stop.abort();
  await waiting;
  expect(breaker.isOpen).toBe(true);
  await breaker[Symbol.asyncDispose]();
  await breaker.closed(NEVER);
});
