/**
 * What an event takes in Redis: in memory while it is queued, and in the append-only file for each step of its way. The
 * steps are made by the scripts of the queue, as client and worker call them, and the file is measured between them.
 */
import { createQueue, type Claim, type Queue } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import { encodeSamples } from '../events/encode-samples.ts';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { claimEntries, finishClaim, pushLines } from '../queue/queue-steps.ts';
import { appendOnlyBytes } from '../servers/append-only-file.ts';
import { openRedis } from '../servers/redis-client.ts';
import { usedMemoryBytes } from '../servers/redis-info.ts';
import type { Stack } from '../servers/stack.ts';

/** What the client pushes at once at most, and what a worker claims at once under load. */
const PUSH = 256;
const CLAIM = 1_000;
const ALONE = 1_000;

/** Bytes an event. */
export interface RedisBytes {
  readonly entry: number;
  readonly memory: number;
  readonly pushTogether: number;
  readonly pushAlone: number;
  readonly claim: number;
  readonly finish: number;
}

/** Bytes by which the append-only file grows while `step` runs. */
async function grownBy(redis: Redis, step: () => Promise<void>): Promise<number> {
  const before = await appendOnlyBytes(redis);
  await step();
  return (await appendOnlyBytes(redis)) - before;
}

async function claimAll(queue: Queue): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (;;) {
    const claim = await claimEntries(queue, CLAIM);
    if (claim === null) return claims;
    claims.push(claim);
  }
}

async function finishAll(queue: Queue, claims: readonly Claim[]): Promise<void> {
  for (const claim of claims) await finishClaim(queue, claim);
}

/** Measures with `events` events on an empty server. The file must not be rewritten meanwhile, which 4 GB of it begin. */
export async function measureRedisBytes(stack: Stack, events: number): Promise<RedisBytes> {
  await using redis = await openRedis(stack.redis.url);
  const queue = createQueue(redis, QUEUE_KEYS);
  const lines = encodeSamples(events);
  // Scripts are loaded and counters made by a first event; they are no event's share.
  await pushLines(queue, encodeSamples(1), 1);
  await finishAll(queue, await claimAll(queue));
  const memoryBefore = await usedMemoryBytes(redis);
  const pushed = await grownBy(redis, () => pushLines(queue, lines, PUSH));
  const memory = (await usedMemoryBytes(redis)) - memoryBefore;
  let claims: readonly Claim[] = [];
  const claimed = await grownBy(redis, async () => void (claims = await claimAll(queue)));
  const finished = await grownBy(redis, () => finishAll(queue, claims));
  const alone = encodeSamples(Math.min(ALONE, events));
  const pushedAlone = await grownBy(redis, () => pushLines(queue, alone, 1));
  return {
    entry: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / events,
    memory: memory / events,
    pushTogether: pushed / events,
    pushAlone: pushedAlone / alone.length,
    claim: claimed / events,
    finish: finished / events,
  };
}
