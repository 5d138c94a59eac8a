import { createHash } from 'node:crypto';
import { connectRedis, whenReady } from '@auditlane/queue';
import type { EventIssue } from '@auditlane/schema';
import * as z from 'zod';
import { letProcessEnd } from '../../connections/redis-link.ts';
import { readSettings } from '../../settings/read-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { toIssues } from '../../settings/to-issues.ts';
import type { DeduplicationStore, FirstEvent } from './deduplication-store.ts';

/** The one command that is needed; a client of ioredis has it. */
export interface RedisCaller {
  call(command: string, args: (string | number)[]): Promise<unknown>;
}

/** Options of {@link createRedisDeduplication}. */
export interface RedisDeduplicationOptions {
  /** A connection of your own, which `close` leaves open. */
  readonly redis?: RedisCaller | undefined;
  /**
   * Address for a connection of its own, when `redis` is not given. Default `REDIS_URL` of the environment (with
   * `REDIS_PASSWORD`), else `redis://127.0.0.1:6379`.
   */
  readonly redisUrl?: string | undefined;
  /** Begins the names of the keys; processes that share it share their windows. Default `audit:dedup:`. */
  readonly keyPrefix?: string | undefined;
}

const COMMAND_TIMEOUT_MS = 250;

const Options = z.strictObject({
  redis: z
    .custom<RedisCaller>(
      (value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'call') === 'function',
      'must have call, as a client of ioredis has',
    )
    .optional(),
  redisUrl: z.string().optional(),
  keyPrefix: z.string().min(1).max(1000).default('audit:dedup:'),
});

/**
 * A {@link DeduplicationStore} on Redis (6.2 or newer): one key for each fingerprint, `SET NX PX`, which goes by itself.
 *
 * Redis sees the SHA-256 of a fingerprint and the id and time of its first event, nothing else. While it is away, or an
 * option is wrong, every claim rejects with the reason, and each process deduplicates for itself. How many keys there
 * are nobody bounds: one for each different event of a window.
 *
 * @example
 * const deduplicationStore = createRedisDeduplication({ redisUrl: 'redis://127.0.0.1:6379' });
 */
export function createRedisDeduplication(options: RedisDeduplicationOptions = {}): DeduplicationStore {
  const read = readOptions(options);
  if (read.kind === 'invalid') {
    const { message } = read;
    return { claim: () => Promise.reject(new TypeError(message)), close: () => Promise.resolve() };
  }
  const { keyPrefix } = read;
  const { caller, close } = toCaller(read);
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

/** Options, checked; of the settings of a client those that name a Redis. */
type ReadOptions =
  | {
      readonly kind: 'valid';
      readonly redis: RedisCaller | undefined;
      readonly address: Pick<Settings, 'redisUrl' | 'redisPassword'>;
      readonly keyPrefix: string;
    }
  | { readonly kind: 'invalid'; readonly message: string };

function readOptions(options: unknown): ReadOptions {
  const parsed = Options.safeParse(options);
  if (!parsed.success) return toInvalid(toIssues(parsed.error.issues));
  const { redis, redisUrl, keyPrefix } = parsed.data;
  const { REDIS_URL, REDIS_PASSWORD } = process.env;
  const isElsewhere = redis !== undefined || redisUrl !== undefined;
  const address = readSettings({ redisUrl }, isElsewhere ? {} : { REDIS_URL, REDIS_PASSWORD });
  if (address.kind === 'invalid') return toInvalid(address.issues);
  return { kind: 'valid', redis, address: address.settings, keyPrefix };
}

function toInvalid(issues: readonly EventIssue[]): ReadOptions {
  const faults = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { kind: 'invalid', message: `the options of createRedisDeduplication are wrong: ${faults.join('; ')}` };
}

function toCaller({ redis, address }: Extract<ReadOptions, { readonly kind: 'valid' }>): {
  readonly caller: RedisCaller;
  readonly close: () => Promise<void>;
} {
  if (redis !== undefined) {
    return { caller: redis, close: () => Promise.resolve() };
  }
  const own = connectRedis(address.redisUrl, {
    name: 'auditlane-dedup',
    ...(address.redisPassword === undefined ? {} : { password: address.redisPassword }),
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
