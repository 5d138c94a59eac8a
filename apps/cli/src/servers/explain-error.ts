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
  return new CliError('unreachable', `${where} cannot be reached (${toFact(error)}): start it, or correct REDIS_URL`, {
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
  return new CliError('unreachable', `${where} cannot be reached (${fact}): start it, or correct DATABASE_URL`, {
    cause: error,
  });
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
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return toFact(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return toFact(error.errors[0]);
  return error.message;
}

function toSqlstate(error: unknown): string | null {
  if (error instanceof StoreError) return error.sqlstate;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
