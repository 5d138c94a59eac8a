import { randomUUID } from 'node:crypto';
import { createQueue, QueueError } from '@auditlane/queue';
import type { Claim, Queue } from '@auditlane/queue';
import { createLogger, sleep } from '@auditlane/runtime';
import { useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createAdoptionSweep } from '../src/claims/adoption-sweep.ts';
import type { AdoptionSweep } from '../src/claims/adoption-sweep.ts';
import { createHeldClaims } from '../src/claims/held-claims.ts';
import type { HeldClaims } from '../src/claims/held-claims.ts';
import { KEYS } from './fleet.ts';

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
