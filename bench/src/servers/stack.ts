import { join } from 'node:path';
import { startPostgres, startRedis, type ServerHandle } from '@auditlane/embedded';
import { migrate } from '@auditlane/store';
import { openScratchFolder } from './scratch-folder.ts';

/** Where a server is, and which process it is. */
type Server = Pick<ServerHandle, 'url' | 'pid'>;

/** The two servers that something is measured on. */
export interface Stack {
  readonly redis: Server;
  readonly postgres: Server;
}

/**
 * Starts a private Redis and a private, migrated Postgres with the settings of `npm start`; they are deleted at the end of
 * the block, and end with this process on every path.
 */
export async function startStack(): Promise<Stack & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await openScratchFolder('auditlane-bench-'));
  const postgres = opened.use(await startPostgres({ dataDir: join(path, 'postgres') }));
  const redis = opened.use(await startRedis({ dataDir: join(path, 'redis') }));
  await migrate(postgres.url, {});
  const kept = opened.move();
  return { redis, postgres, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
