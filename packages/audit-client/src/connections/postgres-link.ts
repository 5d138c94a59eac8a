import { decodeEntry, type EventRow } from '@auditlane/schema';
import { createPool, createStore, findStored, type RejectedRow, type Store, storeIsolating } from '@auditlane/store';
import type { Pool } from 'pg';
import type { StoreLines } from '../critical/commits.ts';
import type { Settings } from '../settings/settings.ts';
import type { FindSettled } from '../spool/keeper.ts';

/** The client's own small pool, for critical events and the policy `direct`. */
export interface PostgresLink {
  /** Stores all rows in one transaction; when Postgres refuses some of them as such, the others without them. */
  readonly storeLines: StoreLines;
  /** As `storeLines`, with what Postgres says of each row that it refuses. */
  readonly storeIsolating: (lines: readonly string[]) => Promise<readonly RejectedRow[]>;
  /** Which of these ids are rows, or dead letters that were moved to Postgres; null without a database. */
  readonly findStored: FindSettled | null;
  close(): Promise<void>;
}

/** No database is configured: every row is "not stored", and the event takes the next way. */
class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
}

/** A link that connects with the first row. Without a database URL it refuses every row. */
export function createPostgresLink(settings: Settings, writer: string): PostgresLink {
  const url = settings.writerUrl ?? settings.databaseUrl;
  if (url === undefined) {
    const error = new NoDatabaseError('no databaseUrl (DATABASE_URL) is set, so nothing can be stored directly');
    const refuse = (): Promise<never> => Promise.reject(error);
    return { storeLines: refuse, storeIsolating: refuse, findStored: null, close: () => Promise.resolve() };
  }
  let pool: Pool | null = null;
  let store: Store | null = null;
  const storeRows = async (lines: readonly string[], idempotent: boolean): Promise<readonly RejectedRow[]> => {
    pool ??= openPool(url, settings);
    store ??= createStore(pool, { writer });
    return (await storeIsolating(store, lines.map(toRow), { idempotent })).rejected;
  };
  return {
    storeLines: async (lines) => new Set((await storeRows(lines, true)).map(({ index }) => index)),
    // By COPY, unless there are few or some are there already.
    storeIsolating: (lines) => storeRows(lines, false),
    findStored: (ids) => {
      pool ??= openPool(url, settings);
      return findStored(pool, ids);
    },
    close: async () => {
      await pool?.end();
    },
  };
}

function openPool(url: string, settings: Settings): Pool {
  const pool = createPool(url, {
    applicationName: 'auditlane-client',
    max: settings.poolSize,
    connectTimeoutMs: settings.criticalDeadlineMs,
    ...(settings.writerUrl === undefined ? { role: 'audit_writer' as const } : {}),
    ...toSsl(settings.databaseSsl),
  });
  // An idle connection must not hold a finished script; pg looks at this option at each release.
  pool.options.allowExitOnIdle = true;
  return pool;
}

function toSsl(word: Settings['databaseSsl']): { readonly ssl?: boolean | 'no-verify' } {
  switch (word) {
    case undefined:
      return {};
    case 'true':
    case 'verify-full':
      return { ssl: true };
    case 'require':
    case 'no-verify':
      return { ssl: 'no-verify' };
    case 'false':
    case 'disable':
      return { ssl: false };
  }
}

function toRow(line: string): EventRow {
  const decoded = decodeEntry(line);
  if (decoded.kind !== 'event') {
    throw new TypeError('an entry of this client cannot be decoded');
  }
  return decoded.row;
}
