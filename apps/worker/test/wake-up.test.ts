import { expect, test } from 'vitest';
import { sleep } from '@auditlane/runtime';
import { createWakeUp } from '../src/claims/wake-up.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 3_600_000;

test('a notification wakes one waiting slot and no other', async () => {
  const wakeUp = createWakeUp(sleep);
  const stop = new AbortController();
  const woken: string[] = [];
  const first = wakeUp.wait(LONG_MS, stop.signal).then(() => woken.push('first'));
  const second = wakeUp.wait(LONG_MS, stop.signal).then(() => woken.push('second'));
  wakeUp.notify();
  await first;
  expect(woken).toEqual(['first']);
  stop.abort();
  await second;
});

test('a notification between an empty claim and the wait is not lost', async () => {
  const wakeUp = createWakeUp(sleep);
  wakeUp.notify();
  await expect(wakeUp.wait(LONG_MS, NEVER)).resolves.toBeUndefined();
});

test('several notifications without a waiter count once', async () => {
  const wakeUp = createWakeUp(sleep);
  const stop = new AbortController();
  wakeUp.notify();
  wakeUp.notify();
  await wakeUp.wait(LONG_MS, NEVER);
  let isWoken = false;
  const waiting = wakeUp.wait(LONG_MS, stop.signal).then(() => {
    isWoken = true;
  });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(isWoken).toBe(false);
  stop.abort();
  await waiting;
});

test('without a notification the wait ends with the poll, and the slot is waited for no longer', async () => {
  const wakeUp = createWakeUp(async () => {
    await Promise.resolve();
  });
  await wakeUp.wait(1, NEVER);
  wakeUp.notify();
  await expect(wakeUp.wait(LONG_MS, NEVER)).resolves.toBeUndefined();
});
