import { createHash } from 'node:crypto';
import { connectRedis, whenReady } from '@auditlane/queue';
import { letProcessEnd } from '../../connections/redis-link.ts';
import type { DeduplicationStore, FirstEvent } from './deduplication-store.ts';

/** The one command that is needed; a client of ioredis has it. */
export interface RedisCaller {
  call(command: string, args: (string | number)[]): Promise<unknown>;
}

/** Options of {@link createRedisDeduplication}. */
export interface RedisDeduplicationOptions {
  /** A connection of your own, which `close` leaves open. */
  readonly redis?: RedisCaller | undefined;
  /** Address for a connection of its own, when `redis` is not given. Default `redis://127.0.0.1:6379`. */
  readonly redisUrl?: string | undefined;
  /** Begins the names of the keys; processes that share it share their windows. Default `audit:dedup:`. */
  readonly keyPrefix?: string | undefined;
}

const COMMAND_TIMEOUT_MS = 250;

/**
 * A {@link DeduplicationStore} on Redis (6.2 or newer): one key for each fingerprint, `SET NX PX`, which goes by itself.
 *
 * Redis sees the SHA-256 of a fingerprint and the id and time of its first event, nothing else. While it is away every
 * claim rejects, and each process deduplicates for itself.
 *
 * @example
 * const deduplicationStore = createRedisDeduplication({ redisUrl: 'redis://127.0.0.1:6379' });
 */
export function createRedisDeduplication(options: RedisDeduplicationOptions = {}): DeduplicationStore {
  const { keyPrefix = 'audit:dedup:' } = options;
  const { caller, close } = toCaller(options);
  return {
    async claim(fingerprint, event, windowMs) {
      const key = keyPrefix + createHash('sha256').update(fingerprint).digest('hex');
      const mine = `${event.at} ${event.id}`;
      // GET and NX in one SET needs Redis 7: a window that ends between the two calls makes this event the first.
      if ((await caller.call('SET', [key, mine, 'NX', 'PX', windowMs])) !== null) {
        return null;
      }
      return toFirst(await caller.call('GET', [key]), event);
    },
    close,
  };
}

function toCaller({ redis, redisUrl = 'redis://127.0.0.1:6379' }: RedisDeduplicationOptions): {
  readonly caller: RedisCaller;
  readonly close: () => Promise<void>;
} {
  if (redis !== undefined) {
    return { caller: redis, close: () => Promise.resolve() };
  }
  const own = connectRedis(redisUrl, {
    name: 'auditlane-dedup',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    connectTimeoutMs: COMMAND_TIMEOUT_MS * 4,
  });
  letProcessEnd(own);
  return {
    caller: {
      call: async (command, args) => {
        await whenReady(own, COMMAND_TIMEOUT_MS);
        return own.call(command, args);
      },
    },
    close: () => {
      own.disconnect();
      return Promise.resolve();
    },
  };
}

/** What is stored under the key; null when it is gone, is the caller's own, or somebody else wrote there. */
function toFirst(value: unknown, event: FirstEvent): FirstEvent | null {
  const [at, id] = typeof value === 'string' ? value.split(' ') : [];
  if (id === undefined || id === event.id || !Number.isFinite(Number(at))) {
    return null;
  }
  return { id, at: Number(at) };
}
