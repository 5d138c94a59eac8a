import { connectRedis, createQueue, type Queue, toQueueKeys } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import { type GateState, RedisGate } from '../lanes/redis-gate.ts';
import type { Settings } from '../settings/settings.ts';

/** The client's one connection to Redis. */
export interface RedisLink {
  readonly queue: Queue;
  readonly gate: RedisGate;
  close(): void;
}

/** What happens on the connection. */
export interface RedisLinkEvents {
  readonly onGate: (state: GateState) => void;
  readonly onError: (error: unknown) => void;
}

/** Starts connecting, and goes on for ever; never throws, whatever the address leads to. */
export function openRedisLink(settings: Settings, now: () => number, events: RedisLinkEvents): RedisLink {
  const redis = connectRedis(settings.redisUrl, {
    name: 'auditlane-client',
    ...(settings.redisPassword === undefined ? {} : { password: settings.redisPassword }),
    onError: events.onError,
  });
  letProcessEnd(redis);
  const gate = new RedisGate(redis, now, events.onGate);
  // Its failures arrive as events too; this promise would otherwise reject unhandled.
  redis.connect().catch(() => undefined);
  return { queue: createQueue(redis, toQueueKeys(settings.queueKey)), gate, close: () => redis.disconnect() };
}

/**
 * Neither an idle connection nor the wait before the next attempt keeps a finished script alive; while receipts are due,
 * the client's timer does. The reconnect timer is internal to ioredis: were it renamed, a script would end only after
 * Redis came back, which a process test would show.
 */
export function letProcessEnd(redis: Redis): void {
  redis.on('connect', () => redis.stream.unref());
  redis.on('reconnecting', () => {
    const timer: unknown = Reflect.get(redis, 'reconnectTimeout');
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
      timer.unref();
    }
  });
}
