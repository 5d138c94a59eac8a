/**
 * What an event takes in Redis: in memory while it is queued, and in the append-only file for each step of its way. The
 * steps are made by the scripts of the queue, as client and worker call them, and the file is measured between them.
 */
import { randomUUID } from 'node:crypto';
import { createQueue, type Claim, type Queue } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import { encodeSamples } from '../events/encoded-events.ts';
import type { Stack } from '../servers/stack.ts';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { openRedis } from '../servers/redis-client.ts';

/** What the client pushes at once at most, and what a worker claims at once under load. */
const PUSH = 256;
const CLAIM = 1_000;
const ALONE = 1_000;
const LEASE_MS = 600_000;
const CLAIM_BYTES = 8_388_608;

/** Bytes an event. */
export interface RedisBytes {
  readonly entry: number;
  readonly memory: number;
  readonly pushTogether: number;
  readonly pushAlone: number;
  readonly claim: number;
  readonly finish: number;
}

async function readInfo(redis: Redis, section: string, name: string): Promise<number> {
  const text = await redis.info(section);
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** Bytes by which the append-only file grows while `step` runs. */
async function grownBy(redis: Redis, step: () => Promise<void>): Promise<number> {
  const before = await readInfo(redis, 'persistence', 'aof_current_size');
  await step();
  return (await readInfo(redis, 'persistence', 'aof_current_size')) - before;
}

async function pushAll(queue: Queue, lines: readonly string[], size: number): Promise<void> {
  for (let at = 0; at < lines.length; at += size) {
    await queue.enqueue(lines.slice(at, at + size), { lane: 'main', capacity: 50_000_000 });
  }
}

async function claimAll(queue: Queue): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (;;) {
    const options = {
      limit: CLAIM,
      maxBytes: CLAIM_BYTES,
      leaseMs: LEASE_MS,
      worker: 'bench',
      prefer: 'main',
    } as const;
    const claim = await queue.claim({ ...options, batchId: randomUUID() });
    if (claim === null) return claims;
    claims.push(claim);
  }
}

async function finishAll(queue: Queue, claims: readonly Claim[]): Promise<void> {
  for (const { batchId, epoch, entries } of claims) {
    await queue.finish({ batchId, epoch, stored: entries.length, duplicates: 0, deadLetters: [], held: [] });
  }
}

/** Measures with `events` events on an empty server. The file must not be rewritten meanwhile, which 4 GB of it begin. */
export async function measureRedisBytes(stack: Stack, events: number): Promise<RedisBytes> {
  await using redis = await openRedis(stack.redis.url);
  const queue = createQueue(redis, QUEUE_KEYS);
  const lines = encodeSamples(events);
  // Scripts are loaded and counters made by a first event; they are no event's share.
  await pushAll(queue, encodeSamples(1), 1);
  await finishAll(queue, await claimAll(queue));
  const memoryBefore = await readInfo(redis, 'memory', 'used_memory');
  const pushed = await grownBy(redis, () => pushAll(queue, lines, PUSH));
  const memory = (await readInfo(redis, 'memory', 'used_memory')) - memoryBefore;
  let claims: readonly Claim[] = [];
  const claimed = await grownBy(redis, async () => void (claims = await claimAll(queue)));
  const finished = await grownBy(redis, () => finishAll(queue, claims));
  const alone = encodeSamples(Math.min(ALONE, events));
  const pushedAlone = await grownBy(redis, () => pushAll(queue, alone, 1));
  return {
    entry: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / events,
    memory: memory / events,
    pushTogether: pushed / events,
    pushAlone: pushedAlone / alone.length,
    claim: claimed / events,
    finish: finished / events,
  };
}
