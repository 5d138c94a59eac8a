import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue, toQueueKeys, type Queue } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import type { PartContext } from '../part.ts';
import type { Collection } from '../report/collect.ts';
import { startWorkers, type WorkerFleet } from '../programs/worker-fleet.ts';
import { resetStored, type CountingPostgres } from './counting-postgres.ts';

/** What every question of operators works with. */
export interface Servers extends PartContext {
  readonly redis: Redis;
  readonly postgres: CountingPostgres;
  readonly found: Collection;
}

const DRAIN_MS = 120_000;
const POLL_MS = 20;

/** The environment of workers and clients. */
export function toEnv({ stack, postgres, directory }: Servers): Readonly<Record<string, string>> {
  return {
    REDIS_URL: stack.redis.url,
    DATABASE_URL: postgres.server.url,
    AUDIT_SPOOL_DIR: join(directory, 'spool'),
    NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
  };
}

/** Empties queue, counters and tables, then starts workers. */
export async function startFresh(
  servers: Servers,
  options: { readonly workers: number; readonly lingerMs?: number },
): Promise<WorkerFleet> {
  const keys = await servers.redis.keys('audit:*');
  if (keys.length > 0) await servers.redis.unlink(keys);
  await resetStored(servers.postgres.client);
  const linger = options.lingerMs === undefined ? {} : { AUDIT_LINGER_MS: String(options.lingerMs) };
  return startWorkers(options.workers, { ...toEnv(servers), ...linger });
}

/** The protocol on the queue that workers read. */
function openQueue({ redis }: Servers): Queue {
  return createQueue(redis, toQueueKeys('audit:queue'));
}

/** Waits until nothing is queued or claimed. */
export async function waitUntilEmpty(servers: Servers): Promise<void> {
  const queue = openQueue(servers);
  for (const end = performance.now() + DRAIN_MS; performance.now() < end; await sleep(POLL_MS)) {
    const { main, urgent, inFlight } = await queue.inspect();
    if (main.depth + urgent.depth + inFlight.entries === 0) return;
  }
  throw new Error(`the queue was not empty after ${DRAIN_MS / 1000} s`);
}

/** Events that clients and workers have given up. */
export async function countDropped(servers: Servers): Promise<number> {
  return (await openQueue(servers).inspect()).stats['dropped'] ?? 0;
}

/** Looks at the length of the queue until it is disposed of; then `longest` is final. */
export function watchDepth(servers: Servers): AsyncDisposable & { longest(): number } {
  let longest = 0;
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      longest = Math.max(longest, await servers.redis.llen('audit:queue'));
      await sleep(POLL_MS);
    }
  };
  const watching = watch();
  return {
    longest: () => longest,
    [Symbol.asyncDispose]: () => {
      end.abort();
      return watching;
    },
  };
}
