import { Redis } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

export interface BullConnectionOptions {
  /** Shown by `CLIENT LIST`. */
  readonly name: string;
  /** Told of every connection error, possibly many times while Redis is away. */
  readonly onError: (error: Error) => void;
}

/**
 * Opens a connection as BullMQ needs it, which is not how the queue's protocol does: calls wait while Redis is away and
 * are sent again (`maxRetriesPerRequest: null`), and one that blocks has no deadline. It connects at once, since BullMQ
 * gives up for good on a first attempt of its own that fails, and reconnects for ever.
 */
export function openBullConnection(url: string, { name, onError }: BullConnectionOptions): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10)),
    // A replica answers READONLY after a failover: reconnecting finds the new master.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  });
  redis.on('error', onError);
  return redis;
}
