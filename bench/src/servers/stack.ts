import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit, startPostgres, startRedis, type ServerHandle } from '@auditlane/embedded';
import { migrate } from '@auditlane/store';

/** A private Redis and a private, migrated Postgres with the settings of `npm start`, deleted at the end of the block. */
export interface Stack extends AsyncDisposable {
  readonly redis: ServerHandle;
  readonly postgres: ServerHandle;
  /** The database as the role that workers and clients write as. */
  readonly writerUrl: string;
}

/** Starts the stack; both servers end with this process on every path. */
export async function startStack(): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'auditlane-bench-'));
  await using opened = new AsyncDisposableStack();
  // Twice: a signal ends the process without leaving its blocks.
  opened.defer(onExit(() => rmSync(directory, { recursive: true, force: true })));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = opened.use(await startPostgres({ dataDir: join(directory, 'postgres') }));
  const redis = opened.use(await startRedis({ dataDir: join(directory, 'redis') }));
  await migrate(postgres.url, {});
  const kept = opened.move();
  return {
    redis,
    postgres,
    writerUrl: `${postgres.url}?options=${encodeURIComponent('-c role=audit_writer')}`,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
