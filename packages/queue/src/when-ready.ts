import type { Redis } from 'ioredis';
import { QueueError, toQueueError } from './queue-error.ts';

// How the first connection attempt of a client ends: null when it is ready. One listener set for all waiting calls.
const firstAttempts = new WeakMap<Redis, Promise<QueueError | null>>();
const attempted = new WeakSet<Redis>();

/** Notes how the first connection attempt ends. Never rejects; pending while nothing has been called. */
export function watchFirstAttempt(redis: Redis): Promise<QueueError | null> {
  const known = firstAttempts.get(redis);
  if (known !== undefined) return known;
  const attempt = new Promise<QueueError | null>((resolve) => {
    let lastError: unknown;
    const settle = (outcome: QueueError | null): void => {
      redis.off('ready', onReady);
      redis.off('error', onError);
      redis.off('close', onClose);
      redis.off('end', onClose);
      attempted.add(redis);
      resolve(outcome);
    };
    const onReady = (): void => settle(null);
    const onError = (error: unknown): void => {
      lastError = error;
    };
    const onClose = (): void =>
      settle(lastError === undefined ? new QueueError('away', 'Redis closed the connection') : toQueueError(lastError));
    redis.on('ready', onReady);
    redis.on('error', onError);
    redis.on('close', onClose);
    redis.on('end', onClose);
  });
  firstAttempts.set(redis, attempt);
  return attempt;
}

/**
 * Resolves when a call can be sent. The first calls wait for the first connection attempt; afterwards, while Redis is
 * away, this rejects at once with `away`. Rejects with `timeout` after `deadlineMs`.
 */
export async function whenReady(redis: Redis, deadlineMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  if (attempted.has(redis) || redis.status === 'end') throw new QueueError('away', 'Not connected to Redis');
  const attempt = watchFirstAttempt(redis);
  if (redis.status === 'wait') redis.connect().catch(() => undefined); // its failure is the outcome of `attempt`
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<QueueError>((resolve) => {
    timer = setTimeout(
      () => resolve(new QueueError('timeout', 'Redis did not accept the connection in time')),
      deadlineMs,
    );
  });
  const outcome = await Promise.race([attempt, deadline]);
  clearTimeout(timer);
  if (outcome !== null) throw outcome;
}
