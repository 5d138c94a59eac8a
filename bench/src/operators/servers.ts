import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue } from '@auditlane/queue';
import type { PartContext } from '../part.ts';
import { startWorkers, type WorkerFleet } from '../programs/worker-fleet.ts';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import type { Collection } from '../report/collection.ts';
import type { RedisClient } from '../servers/redis-client.ts';
import { resetStored, type CountingPostgres } from './counting-postgres.ts';

/** What every question of operators works with. */
export interface Servers extends PartContext {
  readonly redis: RedisClient;
  readonly postgres: CountingPostgres;
  readonly collected: Collection;
}

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

/** Waits until nothing is queued or claimed. */
export async function waitUntilEmpty({ redis }: Servers): Promise<void> {
  await waitUntilDrained(redis, { pollMs: POLL_MS });
}

/** Events that clients and workers have given up. */
export async function countDropped({ redis }: Servers): Promise<number> {
  return (await createQueue(redis, QUEUE_KEYS).inspect()).stats['dropped'] ?? 0;
}

/** Looks at the length of the queue until it is disposed of; then `longest` is final. */
export function watchDepth(servers: Servers): AsyncDisposable & { longest(): number } {
  let longest = 0;
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      longest = Math.max(longest, await servers.redis.llen(QUEUE_KEYS.queue));
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
