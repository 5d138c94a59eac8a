import { randomUUID } from 'node:crypto';
import { createQueue, QueueError } from '@auditlane/queue';
import type { Claim, Queue } from '@auditlane/queue';
import { createLogger, sleep } from '@auditlane/runtime';
import { useRedis, waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createAdoptionSweep } from '../src/claims/adoption-sweep.ts';
import type { AdoptionSweep } from '../src/claims/adoption-sweep.ts';
import { createHeldClaims } from '../src/claims/held-claims.ts';
import type { HeldClaims } from '../src/claims/held-claims.ts';
import { runSlot } from '../src/claims/run-slot.ts';
import { createWakeUp } from '../src/claims/wake-up.ts';
import { KEYS } from './fleet.ts';
import { buildSlotParts } from './slot-parts.ts';

const { redis } = await useRedis();
const queue = createQueue(redis, KEYS);
const LEASE_MS = 60;
const logger = createLogger({ name: 'test', level: 'silent' });

/** A worker's claims behind a network that loses the answers to renewals while `isAway`. */
function createOwn(network: { isAway: boolean }): HeldClaims {
  const renew: Queue['renew'] = (options) =>
    network.isAway ? Promise.reject(new QueueError('timeout', 'no answer')) : queue.renew(options);
  return createHeldClaims({ queue: { renew }, leaseMs: LEASE_MS, logger, onFenced: () => undefined });
}

/** Sweeps once and answers what the sweep found. */
async function sweepOnce(heldClaims: Pick<HeldClaims, 'isOwn'>): Promise<AdoptionSweep> {
  const once = new AbortController();
  const sweep = createAdoptionSweep({
    queue,
    heldClaims,
    leaseMs: LEASE_MS,
    sleep: async (ms, signal) => {
      once.abort();
      await sleep(ms, signal);
    },
    random: () => 0,
    onFound: () => undefined,
    onError: (error) => expect.unreachable(String(error)),
  });
  await sweep.run(once.signal);
  return sweep;
}

async function claimOne(batchId: string): Promise<Claim> {
  await redis.lpush(KEYS.queue, 'entry');
  const options = { batchId, limit: 1, maxBytes: 1000, leaseMs: LEASE_MS, worker: 'w', prefer: 'main' } as const;
  const claim = await queue.claim(options);
  return claim ?? expect.unreachable('nothing was claimed');
}

async function whenExpired(batchId: string): Promise<void> {
  await waitFor(async () => (await queue.expired({ limit: 10 })).includes(batchId), { message: 'the lease has ended' });
}

test('a worker passes over its own claim whose lease has ended, and the next renewal revives it', async () => {
  const network = { isAway: true };
  const own = createOwn(network);
  const claim = await claimOne(randomUUID());
  const held = own.hold(claim);
  await whenExpired(claim.batchId);
  expect((await sweepOnce(own)).next()).toBeUndefined();
  expect((await sweepOnce({ isOwn: () => false })).next()).toBe(claim.batchId);

  network.isAway = false;
  await waitFor(async () => (await queue.expired({ limit: 1 })).length === 0, { message: 'the lease was revived' });
  expect(held.fenced.aborted).toBe(false);
  held.letGo();
  await whenExpired(claim.batchId);
  expect((await sweepOnce(own)).next()).toBe(claim.batchId);
});

test('a claim whose answer is still on its way when its lease ends is passed over, too', async () => {
  const own = createOwn({ isAway: false });
  const batchId = randomUUID();
  own.expect(batchId);
  await claimOne(batchId);
  await whenExpired(batchId);
  expect((await sweepOnce(own)).next()).toBeUndefined();
  own.unexpect(batchId);
  expect((await sweepOnce(own)).next()).toBe(batchId);
});

test('a batch that a slot took after the sweep had listed it is passed over', async () => {
  const own = createOwn({ isAway: true });
  const claim = await claimOne(randomUUID());
  await whenExpired(claim.batchId);
  const sweep = await sweepOnce(own);
  const held = own.hold(claim);
  expect(sweep.next()).toBeUndefined();
  held.letGo();
});

test('W15: a claim whose answer was lost comes back whole under its id, and is worked on once', async () => {
  const { slot, worked } = startSlot({ losesAnswers: 1 });
  await redis.lpush(KEYS.queue, 'entry');
  await waitFor(() => worked.length === 1, { message: 'the claim was worked on' });
  slot.abort();
  expect(worked.map(({ attempt, entries }) => ({ attempt, entries: entries.map(String) }))).toEqual([
    { attempt: 1, entries: ['entry'] },
  ]);
});

test('a claim whose answer was lost and that another worker adopted meanwhile is given up for a new one', async () => {
  const { slot, worked, sleeping } = startSlot({ losesAnswers: 1, isSlow: true });
  await redis.lpush(KEYS.queue, 'first');
  const batchId = await waitFor(async () => (await queue.expired({ limit: 1 }))[0]);
  expect(await queue.adopt({ batchId, worker: 'other', leaseMs: 60_000 })).not.toBeNull();
  await redis.lpush(KEYS.queue, 'second');
  sleeping.abort();
  await waitFor(() => worked.length === 1, { message: 'the slot works again' });
  slot.abort();
  expect(worked[0]?.entries.map(String)).toEqual(['second']);
});

/** A slot on the real queue, for which the answers to its first claims are lost; `isSlow` lets it sleep until told. */
function startSlot(o: { readonly losesAnswers: number; readonly isSlow?: boolean }) {
  const slot = new AbortController();
  const sleeping = new AbortController();
  onTestFinished(() => slot.abort());
  const worked: Claim[] = [];
  let lost = 0;
  const claim: Queue['claim'] = async (options) => {
    const answer = await queue.claim(options);
    if (answer === null || lost === o.losesAnswers) return answer;
    lost += 1;
    throw new QueueError('timeout', 'no answer');
  };
  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    sleep(o.isSlow === true ? 60_000 : Math.min(ms, 5), AbortSignal.any([signal, sleeping.signal]));
  const parts = buildSlotParts({
    queue: { claim, adopt: queue.adopt },
    heldClaims: createOwn({ isAway: false }),
    wakeUp: createWakeUp((_ms, signal) => sleep(5, signal)),
    stop: slot.signal,
    leaseMs: LEASE_MS,
    sleep: wait,
    work: async ({ claim: taken }) => {
      worked.push(taken);
      await queue.finish({ ...taken, stored: taken.entries.length, duplicates: 0, deadLetters: [], held: [] });
    },
  });
  void runSlot(parts);
  return { slot, worked, sleeping };
}
