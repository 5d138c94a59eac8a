import { backoffMs, ConfigError } from '@auditlane/runtime';
import type { RateLimitedLog, Sleep } from '@auditlane/runtime';
import { StoreError } from '@auditlane/store';
import type { MigrateResult, StoreErrorCode } from '@auditlane/store';
import { unlessAborted } from '../outages/waits.ts';

export interface SchemaParts {
  /** Migrates and prepares partitions; rejects with a StoreError. */
  readonly migrate: () => Promise<MigrateResult>;
  readonly log: RateLimitedLog;
  readonly sleep: Sleep;
  readonly random: () => number;
}

/** A restart mends none of these: the release or the setting is the wrong one. */
const FATAL: ReadonlySet<StoreErrorCode> = new Set(['database_newer', 'migration_changed', 'server_too_old', 'config']);
const BACKOFF = { firstMs: 200, longestMs: 10_000 } as const;

/**
 * Migrates, and waits for as long as it takes while Postgres is away or refuses us (a wrong password, a missing right),
 * saying why. Throws a ConfigError (exit 78) when the database does not fit this release, and any other error as it is.
 * Resolves with null when the signal aborts: a migration in progress is rolled back by the server.
 */
export async function awaitSchema(parts: SchemaParts, signal: AbortSignal): Promise<MigrateResult | null> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await unlessAborted(parts.migrate(), signal);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (FATAL.has(error.code)) {
        throw new ConfigError([{ name: 'DATABASE_URL', problem: error.message }], { cause: error });
      }
      if (!error.isRetryable) throw error;
      const level = error.code === 'outage' ? 'warn' : 'error';
      parts.log[level](`schema:${error.code}`, { err: error, code: error.code }, 'waiting for postgres');
    }
    await parts.sleep(backoffMs(failures, BACKOFF, parts.random), signal);
  }
  return null;
}
