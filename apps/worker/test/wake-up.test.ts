import { expect, test } from 'vitest';
import { sleep } from '@auditlane/runtime';
import { waitFor } from '@auditlane/testkit';
import { createWakeUp } from '../src/claims/wake-up.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 3_600_000;

test('a notification wakes one waiting slot and no other', async () => {
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: true });
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
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: true });
  wakeUp.notify();
  await expect(wakeUp.wait(LONG_MS, NEVER)).resolves.toBeUndefined();
});

test('several notifications without a waiter count once', async () => {
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: true });
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
  const wakeUp = createWakeUp({ sleep: () => Promise.resolve(), slots: 2, isOneEnough: false });
  await wakeUp.wait(1, NEVER);
  wakeUp.notify();
  await expect(wakeUp.wait(LONG_MS, NEVER)).resolves.toBeUndefined();
});

test('while a slot is awake, new entries wake no other, and the awake one does not sleep over them', async () => {
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: true });
  const stop = new AbortController();
  const standing = wakeUp.standBack(LONG_MS, stop.signal).then(() => 'woken');
  wakeUp.notify();
  await wakeUp.wait(LONG_MS, NEVER);
  await expect(Promise.race([standing, Promise.resolve('standing')])).resolves.toBe('standing');
  stop.abort();
  await standing;
});

test('a slot that stands back is woken by its sibling, and does not stand back from one that waits', async () => {
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: true });
  const standing = wakeUp.standBack(LONG_MS, NEVER);
  await expect(wakeUp.standBack(LONG_MS, NEVER)).resolves.toBeUndefined();
  wakeUp.callSibling();
  await expect(standing).resolves.toBeUndefined();
});

test('where one slot is not enough, new entries wake another while one is awake', async () => {
  const wakeUp = createWakeUp({ sleep, slots: 2, isOneEnough: false });
  const waiting = wakeUp.wait(LONG_MS, NEVER);
  wakeUp.notify();
  await expect(waiting).resolves.toBeUndefined();
});

test('a slot stands back while its sibling comes to an end of something, and no longer', async () => {
  const ends: (() => void)[] = [];
  const wakeUp = createWakeUp({
    sleep: () => new Promise((resolve) => void ends.push(resolve)),
    slots: 2,
    isOneEnough: true,
  });
  let isBack = false;
  const standing = wakeUp.standBack(LONG_MS, NEVER).then(() => (isBack = true));
  await wakeUp.standBack(LONG_MS, NEVER);
  ends[0]?.();
  await waitFor(() => ends.length === 2, { message: 'it stands back again' });
  expect(isBack).toBe(false);
  ends[1]?.();
  await standing;
});
