import type { Pool, PoolClient } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';

import { createPool } from '../postgres/create-pool.ts';
import { ensurePartitions } from '../partitions/ensure-partitions.ts';
import { type Migration, loadMigrations } from '../load-migrations.ts';
import { loadQuery } from '../load-query.ts';
import { readBoolean, readNumber, readString } from '../postgres/read-row.ts';
import { StoreError } from '../postgres/store-error.ts';
import { queryOn, withClient } from '../postgres/with-client.ts';

export interface MigrateOptions {
  /** TLS when the URL has no sslmode, see PoolOptions. */
  readonly ssl?: boolean | 'no-verify';
  /** From which partitions are prepared. Default: the clock of this machine. */
  readonly now?: Date;
  /** Told of each migration that ran, as a line for people. */
  readonly onProgress?: (line: string) => void;
  /** Default: the package's own. */
  readonly migrations?: readonly Migration[];
}

export interface MigrateResult {
  /** Number of the last migration the database has now. */
  readonly version: number;
  /** Files that ran in this call. */
  readonly applied: readonly string[];
  readonly partitionsCreated: readonly string[];
}

const OLDEST_SERVER = 150_000;
const LOCK_ATTEMPTS = 10;
const LOCK_PAUSE_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Brings a database up to this release and prepares its partitions. Forward only. Any number of processes may do it at once: each
 * migration runs in one transaction under one advisory lock, so a crash leaves the database at the migration before.
 * Throws StoreError `migration_changed`, `database_newer`, `server_too_old` with the remedy, `outage` when the server is away.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  // Waiting for nineteen others, and a migration of a large table, take as long as they take.
  const pool = createPool(databaseUrl, {
    applicationName: 'auditlane-migrate',
    max: 1,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
    queryTimeoutMs: 0,
    ...(options.ssl !== undefined && { ssl: options.ssl }),
  });
  try {
    await refuseOldServer(pool);
    const migrations = options.migrations ?? loadMigrations();
    const applied = await applyAll(pool, migrations, options.onProgress ?? ((): void => {}));
    const { created } = await ensurePartitions(pool, options.now === undefined ? {} : { now: options.now });
    return { version: migrations.length, applied, partitionsCreated: created };
  } finally {
    await pool.end();
  }
}

async function refuseOldServer(pool: Pool): Promise<void> {
  const answer = await withClient(pool, (client) => client.query<Record<string, unknown>>('show server_version_num'));
  if (Number(answer.rows[0]?.['server_version_num']) < OLDEST_SERVER) {
    throw new StoreError('server_too_old', 'this Postgres is older than 15; give DATABASE_URL of version 15 or newer');
  }
}

async function applyAll(
  pool: Pool,
  migrations: readonly Migration[],
  onProgress: (line: string) => void,
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (;;) {
    const next = await applyNextWithRetries(pool, migrations);
    if (next === null) return applied;
    applied.push(next.name);
    onProgress(`applied ${next.name}`);
  }
}

/** A table that is in use for longer than the lock timeout is tried again, so that writers in between get their turn. */
async function applyNextWithRetries(pool: Pool, migrations: readonly Migration[]): Promise<Migration | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withClient(pool, async (client) => applyNext(client, migrations));
    } catch (error) {
      const isLocked = error instanceof StoreError && error.sqlstate === LOCK_NOT_AVAILABLE;
      if (!isLocked || attempt === LOCK_ATTEMPTS) throw error;
    }
    await sleep(LOCK_PAUSE_MS);
  }
}

/** Runs the first migration that the database lacks; null when it lacks none. */
async function applyNext(client: PoolClient, migrations: readonly Migration[]): Promise<Migration | null> {
  await client.query('begin');
  try {
    const turn = await queryOn(client, loadQuery('begin_migration'));
    const done = readBoolean(turn.rows[0], 'has_table') ? await readDone(client) : [];
    refuseForeign(done, migrations);
    const next = migrations[done.length] ?? null;
    if (next !== null) await apply(client, next);
    // A crash before this line leaves nothing of the migration, one after it all of it.
    await client.query('commit');
    return next;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function apply(client: PoolClient, migration: Migration): Promise<void> {
  const startedMs = performance.now();
  // Only now: the wait for the turn has no limit, the wait for a table must not stop writers for long.
  await client.query("set local lock_timeout = '2s'");
  await client.query(migration.text);
  const durationMs = Math.round(performance.now() - startedMs);
  await queryOn(client, loadQuery('record_migration'), [
    migration.version,
    migration.name,
    migration.checksum,
    durationMs,
  ]);
}

interface DoneMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/** The migrations that ran, in order. Fails when the table of them is missing. */
export async function readDone(client: PoolClient): Promise<readonly DoneMigration[]> {
  const answer = await queryOn(client, loadQuery('read_migrations'));
  return answer.rows.map((row) => ({
    version: readNumber(row, 'version'),
    name: readString(row, 'name'),
    checksum: readString(row, 'checksum'),
  }));
}

/** Throws unless what ran is what this release begins with. */
export function refuseForeign(done: readonly DoneMigration[], migrations: readonly Migration[]): void {
  for (const [index, { version, name, checksum }] of done.entries()) {
    const known = migrations[index];
    if (known === undefined || version !== known.version) {
      throw new StoreError(
        'database_newer',
        `the database has the migration ${name}, which this release does not know; run the newer release of Auditlane`,
      );
    }
    if (checksum !== known.checksum) {
      throw new StoreError(
        'migration_changed',
        `the migration ${known.name} was changed after it ran; restore the file and put the change into a new one`,
      );
    }
  }
}
