import type { RateLimitedLog } from '@auditlane/runtime';
import { createPool } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import type { MaintenanceEnv } from '../env.ts';
import { settlesWithin } from '../outages/waits.ts';

/** What the words of `DATABASE_SSL` mean to the driver. */
const SSL = { disable: false, 'no-verify': 'no-verify', 'verify-full': true } as const;

/** Two runs at a time, of which one may hold a lock beside what it does, and one to note them. */
const CONNECTIONS = 4;
const END_MS = 1000;

/** The TLS setting for the store, absent when the URL decides. */
export function toSsl({ DATABASE_SSL: word }: Pick<MaintenanceEnv, 'DATABASE_SSL'>): {
  readonly ssl?: boolean | 'no-verify';
} {
  return word === undefined ? {} : { ssl: SSL[word] };
}

/**
 * Opens the pool of maintenance, with the rights of the owner of the tables. Moving rows out of DEFAULT may take
 * minutes, so a statement is given up late; a wait for a lock stays short, as everywhere. Connects when first used.
 */
export function openPool(env: MaintenanceEnv, log: RateLimitedLog, stack: AsyncDisposableStack): Pool {
  const pool = createPool(env.DATABASE_URL, {
    applicationName: 'audit-maintenance',
    max: CONNECTIONS,
    statementTimeoutMs: 60_000,
    lockTimeoutMs: 5000,
    queryTimeoutMs: 600_000,
    onError: (error) => void log.warn('postgres_connection', { err: error }, 'postgres connection failed'),
    ...toSsl(env),
  });
  // A statement that hangs is left to the end of the process: each is a transaction that the server rolls back.
  stack.defer(async () => void (await settlesWithin(END_MS, pool.end())));
  return pool;
}
