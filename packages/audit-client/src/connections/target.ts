import { createHash } from 'node:crypto';

/**
 * Names the queue that spooled events are for: the address of Redis without its secrets, and the queue's key. Two
 * applications that share a spool folder but not a queue must never replay each other's events.
 */
export function toTarget(redisUrl: string, queueKey: string): string {
  const url = new URL(redisUrl);
  const address = `${url.hostname}:${url.port || '6379'}${url.pathname === '' || url.pathname === '/' ? '/0' : url.pathname}`;
  return createHash('sha256').update(`${address}\n${queueKey}`).digest('hex').slice(0, 16);
}
