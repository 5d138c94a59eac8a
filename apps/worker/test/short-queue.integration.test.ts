import { createQueue } from '@auditlane/queue';
import { sleep } from '@auditlane/runtime';
import { useRedis, waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { runSlot } from '../src/claims/run-slot.ts';
import { createWakeUp } from '../src/claims/wake-up.ts';
import { KEYS } from './fleet.ts';
import { buildSlotParts } from './slot-parts.ts';

const { redis } = await useRedis();
const queue = createQueue(redis, KEYS);
const LINGER_MS = 5;
const HELD = { expect: () => undefined, unexpect: () => undefined };

/** Two slots of one worker, idle, which claim ten at a time; each piece of work lasts until it is released. */
async function startSlots(lingerMs: number) {
  const stop = new AbortController();
  const works: { readonly slot: number; readonly taken: number; readonly release: () => void }[] = [];
  // Polls and the time of standing back do not pass here, so that what happens was caused by a notification.
  const wait = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms <= LINGER_MS ? ms : 3_600_000, signal);
  const wakeUp = createWakeUp({ sleep: wait, slots: 2, isOneEnough: lingerMs > 0 });
  let empty = 0;
  const claim: typeof queue.claim = async (options) => {
    const claimed = await queue.claim(options);
    if (claimed === null) empty += 1;
    return claimed;
  };
  const running = [0, 1].map(async (slot) => {
    const parts = buildSlotParts({
      queue: { claim, adopt: queue.adopt },
      heldClaims: HELD,
      wakeUp,
      stop: stop.signal,
      sleep: wait,
      lingerMs,
      leaseMs: 60_000,
      work: async ({ claim }) => {
        const done = Promise.withResolvers<undefined>();
        works.push({ slot, taken: claim.entries.length, release: () => done.resolve(undefined) });
        await done.promise;
        await queue.finish({ ...claim, stored: claim.entries.length, duplicates: 0, deadLetters: [], held: [] });
      },
    });
    await runSlot({ ...parts, pollMs: 3_600_000 });
  });
  onTestFinished(async () => {
    stop.abort();
    for (const { release } of works) release();
    await Promise.all(running);
  });
  await waitFor(() => empty === 2, { message: 'both slots have found nothing' });
  return { works, wakeUp };
}

async function push(count: number): Promise<void> {
  await redis.lpush(KEYS.queue, ...Array.from({ length: count }, (_, index) => `entry ${index}`));
}

test('a short queue is left to one slot, which claims again when it is done', async () => {
  const { works, wakeUp } = await startSlots(LINGER_MS);
  await push(3);
  wakeUp.notify();
  await waitFor(() => works.length === 1, { message: 'one slot works' });
  for (const round of [1, 2, 3]) {
    await push(4);
    wakeUp.notify();
    works.at(-1)?.release();
    await waitFor(() => works.length === round + 1, { message: 'there is more work' });
  }
  expect(works.map(({ taken }) => taken)).toEqual([3, 4, 4, 4]);
  expect(new Set(works.map(({ slot }) => slot)).size).toBe(1);
});

test('as much again as one slot took is worked on by both at once', async () => {
  const { works, wakeUp } = await startSlots(LINGER_MS);
  await push(20);
  wakeUp.notify();
  await waitFor(() => works.length === 2, { message: 'both slots work' });
  expect(works.map(({ slot }) => slot).toSorted()).toEqual([0, 1]);
});

test('without a linger whatever arrives or is left is taken by a slot that is free', async () => {
  const { works, wakeUp } = await startSlots(0);
  await push(3);
  wakeUp.notify();
  await waitFor(() => works.length === 1, { message: 'one slot works' });
  await push(1);
  wakeUp.notify();
  await waitFor(() => works.length === 2, { message: 'the other works, too' });
  expect(works.map(({ taken }) => taken)).toEqual([3, 1]);
});
