import type { Pool } from 'pg';

import { loadMigrations } from '../load-migrations.ts';
import { readDone, refuseForeign } from './migrate.ts';
import { withClient } from '../postgres/with-client.ts';

export interface MigrationState {
  /** Number of the last migration that ran; 0 when none did. */
  readonly version: number;
  /** What this release needs. */
  readonly latest: number;
  /** Files that `migrate` would run, in order. */
  readonly pending: readonly string[];
}

const UNDEFINED_TABLE = '42P01';

/**
 * What `migrate` would do. Changes nothing and waits for nobody.
 * Throws StoreError `migration_changed` or `database_newer` as `migrate` would, `outage` when the server is away.
 */
export async function checkMigrations(pool: Pool): Promise<MigrationState> {
  const migrations = loadMigrations();
  const done = await withClient(pool, async (client) =>
    readDone(client).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) return [];
      throw error;
    }),
  );
  refuseForeign(done, migrations);
  return {
    version: done.length,
    latest: migrations.length,
    pending: migrations.slice(done.length).map(({ name }) => name),
  };
}
