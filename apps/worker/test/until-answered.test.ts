import { expect, test } from 'vitest';
import { untilAnswered } from '../src/claims/until-answered.ts';

const NEVER = new AbortController().signal;

function setUp(mayRetry = true) {
  const sleeps: number[] = [];
  return {
    sleeps,
    parts: {
      sleep: async (ms: number) => {
        sleeps.push(ms);
        await Promise.resolve();
      },
      random: () => 1,
      onError: () => mayRetry,
    },
  };
}

/** A call that fails so many times before it answers. */
function failing(times: number) {
  let calls = 0;
  return {
    call: async () => {
      calls += 1;
      if (calls <= times) throw new Error('away');
      return 'finished';
    },
    calls: () => calls,
  };
}

test('a call is repeated until it is answered, each time later', async () => {
  const { parts, sleeps } = setUp();
  expect(await untilAnswered(failing(3).call, parts, NEVER)).toBe('finished');
  expect(sleeps).toEqual([100, 200, 400]);
});

test('a call that cannot succeed is not repeated', async () => {
  const { parts } = setUp(false);
  const { call, calls } = failing(3);
  expect(await untilAnswered(call, parts, NEVER)).toBeNull();
  expect(calls()).toBe(1);
});

test('after the signal to leave, one try is made and then the call is given up', async () => {
  const { parts } = setUp();
  const { call, calls } = failing(3);
  expect(await untilAnswered(call, parts, AbortSignal.abort())).toBeNull();
  expect(calls()).toBe(1);
  expect(await untilAnswered(failing(0).call, parts, AbortSignal.abort())).toBe('finished');
});
