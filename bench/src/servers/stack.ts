import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit, startPostgres, startRedis, type ServerHandle } from '@auditlane/embedded';
import { migrate } from '@auditlane/store';

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
  const directory = await mkdtemp(join(tmpdir(), 'auditlane-bench-'));
  await using opened = new AsyncDisposableStack();
  // Twice: a signal ends the process without leaving its blocks.
  opened.defer(onExit(() => rmSync(directory, { recursive: true, force: true })));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = opened.use(await startPostgres({ dataDir: join(directory, 'postgres') }));
  const redis = opened.use(await startRedis({ dataDir: join(directory, 'redis') }));
  await migrate(postgres.url, {});
  const kept = opened.move();
  return { redis, postgres, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
