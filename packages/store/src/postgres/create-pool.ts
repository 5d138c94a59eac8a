import pg, { type Pool, type PoolConfig } from 'pg';

import { StoreError } from './store-error.ts';

export interface PoolOptions {
  /** What pg_stat_activity and the ledger's lag show: which process this is. */
  readonly applicationName: string;
  /** Connections at most. Default 4: all processes together must stay below the server's max_connections. */
  readonly max?: number;
  /** Acts as this role from the first statement on, so that the process can append and nothing else. */
  readonly role?: 'audit_writer';
  /** TLS when the URL has no sslmode: true checks the server's certificate, 'no-verify' does not. Default false. */
  readonly ssl?: boolean | 'no-verify';
  /** The server gives a statement up after this. Default 10000 ms; 0 is never. */
  readonly statementTimeoutMs?: number;
  /** The server stops waiting for a lock after this. Default 5000 ms; 0 is never. */
  readonly lockTimeoutMs?: number;
  /** We give a statement up after this, for a server that does not answer at all. Default 12000 ms, above statementTimeoutMs; 0 is never. */
  readonly queryTimeoutMs?: number;
  /** Default 5000 ms. */
  readonly connectTimeoutMs?: number;
  /** Told of errors on idle connections, such as a restart of the server; for a log line. The pool has dealt with them. */
  readonly onError?: (error: Error) => void;
}

const DEFAULTS = {
  max: 4,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 5000,
  queryTimeoutMs: 12_000,
  connectTimeoutMs: 5000,
} as const;
const IDLE_IN_TRANSACTION_MS = 10_000;
// A connection through a proxy to a host that left the cluster is noticed within this.
const MAX_LIFETIME_SECONDS = 600;

/**
 * Makes a pool that survives its server. Connects on first use, so an absent server fails the call and never this one.
 * Throws StoreError `config` when the URL is none.
 */
export function createPool(databaseUrl: string, options: PoolOptions): Pool {
  const pool = new pg.Pool(toPoolConfig(databaseUrl, options));
  const onError = options.onError ?? ((): void => {});
  // An unheard 'error' ends the process: the pool's covers idle connections, each client's covers one that is lent out while
  // the server goes away.
  pool.on('error', onError);
  pool.on('connect', (client) => {
    client.on('error', onError);
  });
  return pool;
}

/** What pg is told; apart from createPool so that it can be tested without a server. */
export function toPoolConfig(databaseUrl: string, options: PoolOptions): PoolConfig {
  const url = parseUrl(databaseUrl);
  if (options.role !== undefined) {
    // A start-up option, not a statement: there is no moment at which the connection has its login's rights.
    const given = url.searchParams.get('options');
    url.searchParams.set('options', [given, `-c role=${options.role}`].filter((part) => part !== null).join(' '));
  }
  const hasSslMode = url.searchParams.has('sslmode') || url.searchParams.has('ssl');
  return {
    connectionString: url.href,
    ...(!hasSslMode &&
      options.ssl !== undefined && { ssl: options.ssl === 'no-verify' ? { rejectUnauthorized: false } : options.ssl }),
    application_name: options.applicationName,
    max: options.max ?? DEFAULTS.max,
    statement_timeout: options.statementTimeoutMs ?? DEFAULTS.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? DEFAULTS.lockTimeoutMs,
    query_timeout: options.queryTimeoutMs ?? DEFAULTS.queryTimeoutMs,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
    keepAlive: true,
  };
}

function parseUrl(databaseUrl: string): URL {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  if (url?.protocol !== 'postgres:' && url?.protocol !== 'postgresql:') {
    // Without the text itself: it may hold a password.
    throw new StoreError('config', 'the database URL is not of the form postgres://user:password@host:5432/name');
  }
  return url;
}
