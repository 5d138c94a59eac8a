import { Redis, type RedisOptions } from 'ioredis';
import { QueueError, toQueueError, toRedisCode } from './queue-error.ts';
import { watchFirstAttempt } from './when-ready.ts';

/** Settings of one connection. */
export interface ConnectionOptions {
  /** Shown by `CLIENT LIST`. */
  readonly name: string;
  /** TLS settings. Default: on with the system's authorities for `rediss://`, else off. */
  readonly tls?: NonNullable<RedisOptions['tls']>;
  /** Used when the URL carries no password. */
  readonly password?: string;
  /** Milliseconds until a call without an answer is given up. Default 2000. */
  readonly commandTimeoutMs?: number;
  /** Milliseconds until a connection attempt is given up. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** Told of every connection error, possibly many times a second while Redis is away. Default: nobody. */
  readonly onError?: (error: QueueError) => void;
  /** Source of the back-off's jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

// Left out, since it decides the type of the client and we keep its default.
type FixedOptions = Omit<RedisOptions, 'replyMapping'>;

const COMMAND_TIMEOUT_MS = 2000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2000;
// Longer than the command timeout: a slow answer fails its own call, a dead link takes the whole socket down.
const SOCKET_GRACE_MS = 1000;
// How long `disconnect` lets a socket end by itself. The timer runs, and keeps the process, even when no socket is open.
const DISCONNECT_MS = 200;
// Reserved by RFC 2606, so it never resolves.
const NOWHERE: FixedOptions = { host: 'unreadable-redis-url.invalid' };

function toRetryDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}

function toRedisOptions(options: ConnectionOptions): FixedOptions {
  const commandTimeout = options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  const random = options.random ?? Math.random;
  return {
    lazyConnect: true,
    connectionName: options.name,
    connectTimeout: options.connectTimeoutMs ?? COMMAND_TIMEOUT_MS,
    commandTimeout,
    socketTimeout: commandTimeout + SOCKET_GRACE_MS,
    disconnectTimeout: DISCONNECT_MS,
    // Calls made while Redis is away fail at once: whoever calls has a spool or a loop of its own.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // Resending after a cut would push twice, and report one push.
    autoResendUnfulfilledCommands: false,
    // Its promise has no handler: a failed resubscription would end the process. openWakeListener subscribes itself.
    autoResubscribe: false,
    // A replica answers READONLY after a failover: reconnecting finds the new master. Never 2, which resends.
    reconnectOnError: (error) => (toRedisCode(error.message) === 'READONLY' ? 1 : false),
    retryStrategy: (attempt) => toRetryDelay(attempt, random),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.password === undefined ? {} : { password: options.password }),
  };
}

function createClient(url: string, options: ConnectionOptions): Redis {
  const fixed = toRedisOptions(options);
  try {
    return new Redis(url, fixed);
  } catch (error) {
    options.onError?.(new QueueError('invalid_call', 'The Redis URL cannot be read', { cause: error }));
    return new Redis({ ...fixed, ...NOWHERE });
  }
}

/**
 * Makes a connection with the fixed options of the protocol. It connects with the first call, reconnects for ever with
 * a capped and jittered delay (at most 2 s), and never throws: even an unreadable URL gives a connection, whose calls
 * fail with `away`. Close it with `redis.disconnect()`.
 */
export function connectRedis(url: string, options: ConnectionOptions): Redis {
  const redis = createClient(url, options);
  // Without a listener the client prints each error to the console.
  redis.on('error', (error: unknown) => options.onError?.(toQueueError(error)));
  void watchFirstAttempt(redis); // never rejects; noted now, so that a failure before the first call counts
  return redis;
}
