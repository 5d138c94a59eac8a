import { expect, test, vi } from 'vitest';
import { sleep } from '@auditlane/runtime';
import { createDeadline, settlesWithin, unlessAborted } from '../src/outages/waits.ts';

const never = new Promise<never>(() => {});

test('a sleep ends with its signal, and at once when that was aborted before', async () => {
  const controller = new AbortController();
  const sleeping = sleep(3_600_000, controller.signal);
  controller.abort();
  await sleeping;
  await sleep(3_600_000, controller.signal);
});

test('work that is not done is left when the signal aborts, and its failure goes unheard', async () => {
  const controller = new AbortController();
  const work = Promise.withResolvers<string>();
  const outcome = unlessAborted(work.promise, controller.signal);
  controller.abort();
  expect(await outcome).toBeNull();
  work.reject(new Error('too late'));
  expect(await unlessAborted(never, controller.signal)).toBeNull();
});

test('work that is done settles as it does', async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve('done'), signal)).toBe('done');
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

test('closing waits for what settles, however it does, and not for what hangs', async () => {
  expect(await settlesWithin(60_000, Promise.reject(new Error('closed already')))).toBe(true);
  expect(await settlesWithin(1, never)).toBe(false);
});

test('a deadline is whole until the signal aborts, then runs out and stays at nothing', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const controller = new AbortController();
    const leftMs = createDeadline(8000, controller.signal);
    vi.advanceTimersByTime(60_000);
    expect(leftMs()).toBe(8000);
    controller.abort();
    vi.advanceTimersByTime(3000);
    expect(leftMs()).toBe(5000);
    vi.advanceTimersByTime(60_000);
    expect(leftMs()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
