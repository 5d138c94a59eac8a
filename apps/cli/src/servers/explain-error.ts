import { QueueError } from '@auditlane/queue';
import { ConfigError } from '@auditlane/runtime';
import { StoreError } from '@auditlane/store';
import { CliError } from '../command-line/cli-error.ts';
import { withoutPassword } from './admin-url.ts';

/** SQLSTATEs of a missing right: a table, a schema, a role that may not be taken. */
const DENIED: ReadonlySet<string> = new Set(['42501', '0LP01']);
/** Of a login that is refused. */
const LOGIN_REFUSED: ReadonlySet<string> = new Set(['28000', '28P01']);
const NO_DATABASE = '3D000';
/** Of a table or column that is not there. */
const SCHEMA_MISSING: ReadonlySet<string> = new Set(['42P01', '42703', '42883']);

/** Of a server whose certificate is of an authority that this machine does not know. */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why Redis could not be used, and what to do; `url` is shown without its password. */
export function toRedisError(error: unknown, url: string): CliError {
  const where = `Redis at ${withoutPassword(url)}`;
  if (error instanceof QueueError && error.code === 'denied') {
    return new CliError(
      'denied',
      `${where} refuses this login (${toFact(error)}): correct REDIS_URL or REDIS_PASSWORD`,
      {
        cause: error,
      },
    );
  }
  return new CliError('unreachable', `${where} cannot be reached (${toFact(error)}): ${toRemedy(error, 'REDIS_URL')}`, {
    cause: error,
  });
}

/** Why Postgres could not be used, and what to do; `url` is shown without its password. */
export function toPostgresError(error: unknown, url: string): CliError {
  const where = `Postgres at ${withoutPassword(url)}`;
  const sqlstate = toSqlstate(error);
  const fact = toFact(error);
  if (sqlstate !== null && LOGIN_REFUSED.has(sqlstate)) {
    return new CliError('denied', `${where} refuses this login (${fact}): correct DATABASE_URL`, { cause: error });
  }
  if (sqlstate === NO_DATABASE) {
    return new CliError('failed', `${where}: ${fact}; create it, or correct DATABASE_URL`, { cause: error });
  }
  return new CliError('unreachable', `${where} cannot be reached (${fact}): ${toRemedy(error, 'DATABASE_URL')}`, {
    cause: error,
  });
}

function toRemedy(error: unknown, name: 'REDIS_URL' | 'DATABASE_URL'): string {
  const innermost = toInnermost(error);
  const code = innermost instanceof Error && 'code' in innermost ? innermost.code : undefined;
  if (!UNKNOWN_AUTHORITY.has(code)) return `start it, or correct ${name}`;
  return 'name the file with the certificate of its authority in NODE_EXTRA_CA_CERTS, in the environment and not in .env';
}

/** Any error as one for the person who typed; null for what is a defect of ours and deserves its stack. */
export function toCliError(error: unknown): CliError | null {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) {
    return new CliError('config', error.faults.map(({ name, problem }) => `${name} ${problem}`).join('; '), {
      cause: error,
    });
  }
  if (error instanceof QueueError) return new CliError('failed', `Redis: ${error.message}`, { cause: error });
  return error instanceof StoreError ? explainStoreError(error) : null;
}

function explainStoreError(error: StoreError): CliError {
  const { sqlstate, code } = error;
  if (code === 'config') return new CliError('config', `DATABASE_URL: ${error.message}`, { cause: error });
  if (sqlstate !== null && DENIED.has(sqlstate)) {
    return new CliError('denied', `Postgres: ${toFact(error)}; give DATABASE_URL of the login that owns the tables`, {
      cause: error,
    });
  }
  if (sqlstate !== null && SCHEMA_MISSING.has(sqlstate)) {
    return new CliError(
      'failed',
      `the database does not have the tables of this release (${toFact(error)}): npx auditlane migrate`,
      { cause: error },
    );
  }
  return new CliError('failed', `Postgres: ${error.message}${sqlstate === null ? '' : ` (SQLSTATE ${sqlstate})`}`, {
    cause: error,
  });
}

/** The innermost reason: ECONNREFUSED says more than "not connected". */
export function toFact(error: unknown): string {
  const innermost = toInnermost(error);
  return innermost instanceof Error ? innermost.message : String(innermost);
}

function toInnermost(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.cause instanceof Error) return toInnermost(error.cause);
  return error instanceof AggregateError && error.errors.length > 0 ? toInnermost(error.errors[0]) : error;
}

function toSqlstate(error: unknown): string | null {
  if (error instanceof StoreError) return error.sqlstate;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
