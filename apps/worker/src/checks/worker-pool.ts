import { createPool } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import type { WorkerEnv } from '../env.ts';

export type { Pool };

/** What the words of `DATABASE_SSL` mean to the driver. */
const SSL = { disable: false, 'no-verify': 'no-verify', 'verify-full': true } as const;

/** Longest wait for a connection to end; one whose statement hangs is left to the end of the process. */
const END_MS = 1000;

/** One connection per slot, and one for the breaker's probe. */
const POSTGRES_CONNECTIONS = 3;

/**
 * Creates the pool of a worker, with the rights of `audit_writer` alone: over `AUDIT_WRITER_URL` if given, else by
 * taking that role over `DATABASE_URL`. A statement ends (10 s) before its query is given up (12 s), and both before a
 * lease does (30 s), so that a worker knows the outcome while the batch is still its own. Connects when first used.
 */
export function createWorkerPool(env: WorkerEnv, worker: string): Pool {
  const { AUDIT_WRITER_URL: writerUrl, DATABASE_URL: databaseUrl, DATABASE_SSL: ssl } = env;
  return createPool(writerUrl ?? databaseUrl, {
    applicationName: worker,
    max: POSTGRES_CONNECTIONS,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 5000,
    queryTimeoutMs: 12_000,
    ...(writerUrl === undefined ? { role: 'audit_writer' as const } : {}),
    ...(ssl === undefined ? {} : { ssl: SSL[ssl] }),
  });
}

/** Ends the pool, but waits no longer than a second for a statement that hangs. */
export async function endPool(pool: Pool): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const timer = setTimeout(waited.resolve, END_MS);
  await Promise.race([pool.end(), waited.promise]);
  clearTimeout(timer);
}
