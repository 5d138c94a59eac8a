import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { connectRedis, createQueue, toQueueKeys, type Claim, type ClaimOptions, type Queue } from '../../src/index.ts';

export const KEYS = toQueueKeys('audit:queue');

/** A queue over a connection of its own, closed with the test. */
export function openQueue(url: string, commandTimeoutMs = 2000): { queue: Queue; connection: Redis } {
  const connection = connectRedis(url, { name: 'queue-test', commandTimeoutMs });
  onTestFinished(() => connection.disconnect());
  return { queue: createQueue(connection, KEYS), connection };
}

/** Claim options with what most tests do not care for. */
export function claimOptions(options: Partial<ClaimOptions> = {}): ClaimOptions {
  return {
    batchId: randomUUID(),
    limit: 1000,
    maxBytes: 8_388_608,
    leaseMs: 30_000,
    worker: 'w1',
    prefer: 'main',
    ...options,
  };
}

/** Claims and fails the test when there is nothing. */
export async function claimSome(queue: Queue, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  const claim = await queue.claim(claimOptions(options));
  if (claim === null) throw new Error('nothing to claim');
  return claim;
}

/** Entries of a claim as text. */
export function texts(claim: Claim | null): readonly string[] {
  return (claim?.entries ?? []).map((entry) => entry.toString('utf8'));
}

/** Ends a lease as if its time had passed. */
export async function endLease(redis: Redis, batchId: string): Promise<void> {
  await redis.zadd(KEYS.leases, 'XX', 1, batchId);
}

/** `count` different entries, `from` first. */
export function entries(count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => `entry-${from + index}`);
}

/** The code that a call is refused with, or what it gave. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));
}
