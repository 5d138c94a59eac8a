import { join } from 'node:path';
import { startPostgres, startRedis, type ServerHandle } from '@auditlane/embedded';
import { connectRedis, QueueError, whenReady } from '@auditlane/queue';
import { createPool } from '@auditlane/store';
import { withoutPassword } from './addresses.ts';
import { onSamePort } from './ports-file.ts';
import type { StartSettings } from './settings.ts';
import { StartError } from './start-error.ts';

const REACH_MS = 5000;

/** Where both servers are. */
export interface ServerUrls {
  readonly redisUrl: string;
  readonly databaseUrl: string;
}

/** Redis and Postgres: the given ones, or embedded ones. */
export interface Servers {
  /** Brings both up side by side. Rejects with the first failure, when the other one has settled, too. */
  start(): Promise<ServerUrls>;
  /** Stops the embedded ones. */
  stop(): Promise<void>;
  /** Resolves with a sentence when an embedded one has ended by itself. */
  readonly broken: Promise<string>;
}

/**
 * Makes the servers of a stack. A given one that cannot be reached is the end: falling back to another would take
 * events to a place where nobody looks for them.
 */
export function createServers(settings: StartSettings, say: (line: string) => void): Servers {
  const running: ServerHandle[] = [];
  let isStopping = false;
  const { promise: broken, resolve: breakDown } = Promise.withResolvers<string>();
  const keep = (name: string, handle: ServerHandle): string => {
    running.push(handle);
    void handle.exited.then(({ code, signal }) => {
      if (!isStopping) breakDown(`${name} has ended by itself (${signal ?? `exit status ${code}`})`);
    });
    return handle.url;
  };
  return {
    start: async () => {
      const [redis, postgres] = await Promise.allSettled([
        settings.redisUrl === null
          ? startOwnRedis(settings.dataDir, say).then((it) => keep('Redis', it))
          : reachRedis(settings.redisUrl, settings),
        settings.databaseUrl === null
          ? startOwnPostgres(settings.dataDir, say).then((it) => keep('Postgres', it))
          : reachPostgres(settings.databaseUrl, settings),
      ]);
      return { redisUrl: valueOf(redis), databaseUrl: valueOf(postgres) };
    },
    stop: async () => {
      isStopping = true;
      await Promise.all(running.map((server) => server.stop()));
    },
    broken,
  };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

async function startOwnRedis(stackDir: string, say: (line: string) => void): Promise<ServerHandle> {
  const dataDir = join(stackDir, 'redis');
  return onSamePort(stackDir, 'redis', (port) => startRedis({ dataDir, port, onProgress: say }));
}

async function startOwnPostgres(stackDir: string, say: (line: string) => void): Promise<ServerHandle> {
  const dataDir = join(stackDir, 'postgres');
  return onSamePort(stackDir, 'postgres', (port) => startPostgres({ dataDir, port, onProgress: say }));
}

async function reachRedis(url: string, { isEnvFileRead }: StartSettings): Promise<string> {
  const redis = connectRedis(url, { name: 'auditlane-start', connectTimeoutMs: REACH_MS });
  try {
    await whenReady(redis, REACH_MS);
    return url;
  } catch (error) {
    throw toUnreachable({ name: 'REDIS_URL', url, isEnvFileRead }, error);
  } finally {
    redis.disconnect();
  }
}

async function reachPostgres(url: string, { databaseSsl, isEnvFileRead }: StartSettings): Promise<string> {
  const pool = createPool(url, {
    applicationName: 'auditlane-start',
    max: 1,
    connectTimeoutMs: REACH_MS,
    ...toSsl(databaseSsl),
  });
  try {
    await pool.query('select 1');
    return url;
  } catch (error) {
    throw toUnreachable({ name: 'DATABASE_URL', url, isEnvFileRead }, error);
  } finally {
    await pool.end();
  }
}

/** DATABASE_SSL in the words of the pool. */
export function toSsl(ssl: StartSettings['databaseSsl']): { readonly ssl?: boolean | 'no-verify' } {
  if (ssl === undefined) return {};
  return { ssl: ssl === 'no-verify' ? ssl : ssl === 'verify-full' };
}

/** A given address that does not serve. */
export function toUnreachable(
  given: Pick<StartSettings, 'isEnvFileRead'> & { readonly name: 'REDIS_URL' | 'DATABASE_URL'; readonly url: string },
  cause: unknown,
): StartError {
  const { name, url, isEnvFileRead } = given;
  const server = name === 'REDIS_URL' ? 'Redis' : 'Postgres';
  const remedy = isEnvFileRead
    ? 'the env file of an earlier npm start was read into this shell and named both servers: ' +
      'unset REDIS_URL DATABASE_URL to use embedded ones'
    : `start that server, correct ${name}, or unset it to use an embedded ${server}`;
  return new StartError(
    `${name} is given, but ${server} at ${withoutPassword(url)} cannot be used: ${toFact(cause)}; ${remedy}`,
    { cause },
  );
}

/** The innermost reason: ECONNREFUSED says more than "not connected". */
function toFact(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return toFact(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return toFact(error.errors[0]);
  return error instanceof QueueError && error.code === 'denied' ? `access denied (${error.message})` : error.message;
}
