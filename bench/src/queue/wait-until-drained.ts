import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { QUEUE_KEYS } from './queue-keys.ts';

const DEADLINE_MS = 600_000;

/** True when nothing is queued or claimed, at one moment. It costs Redis next to nothing, and the tables are not touched. */
export async function isDrained(redis: Redis): Promise<boolean> {
  const { urgent, queue, leases } = QUEUE_KEYS;
  const answers = (await redis.multi().llen(urgent).llen(queue).zcard(leases).exec()) ?? [];
  return answers.length > 0 && answers.every(([error, length]) => error === null && length === 0);
}

/** Resolves when nothing is queued or claimed: a claim ends after its commit, so every event is a row then. Rejects after ten minutes. */
export async function waitUntilDrained(redis: Redis, options: { readonly pollMs: number }): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    if (await isDrained(redis)) return;
    await sleep(options.pollMs);
  }
  throw new Error('the queue was not drained within ten minutes');
}
