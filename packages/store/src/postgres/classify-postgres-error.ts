import { StoreError } from './store-error.ts';

/** The part of StoreErrorCode that an answer of the server, or its absence, can mean. */
export type PostgresErrorKind = 'outage' | 'too_slow' | 'deploy' | 'partition' | 'poison' | 'duplicate';

export interface ClassifiedError {
  readonly kind: PostgresErrorKind;
  readonly sqlstate: string | null;
  /** The server's words without the values it quoted, at most 200 characters, printable. */
  readonly detail: string;
  /** 1-based line of the COPY, when the server named one. */
  readonly line: number | null;
}

/** What the server says about an error; node's own errors have no `severity`. */
interface ServerError {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly where: string;
  readonly constraint: string;
}

const DETAIL_CHARACTERS = 200;
// Translated by the server's lc_messages: absent elsewhere than in English, and then the batch is bisected.
const COPY_CONTEXT = /^COPY [^,]+, line (\d+)(?:, column ([a-z_]+))?/m;

const EXACT: Readonly<Record<string, PostgresErrorKind>> = {
  '57014': 'too_slow',
  '55P03': 'outage',
  '25006': 'outage',
  '25P03': 'outage',
  '3F000': 'deploy',
  '21000': 'poison',
  '23505': 'duplicate',
  '54000': 'poison',
  '54001': 'poison',
};

const BY_CLASS: Readonly<Record<string, PostgresErrorKind>> = {
  '08': 'outage',
  '40': 'outage',
  '53': 'outage',
  '57': 'outage',
  '58': 'outage',
  XX: 'outage',
  '0A': 'deploy', // such as COPY refused under row level security
  '28': 'deploy',
  '3D': 'deploy',
  '42': 'deploy',
  P0: 'deploy', // somebody's trigger
  '22': 'poison',
  '23': 'poison',
};

/**
 * Tells what an error of a Postgres call means. Total: anything that was thrown gets a kind.
 * Only what the server itself said may be called poison: a node error such as EPIPE looks like a SQLSTATE (five capitals) and has once
 * sent hundreds of good events to the dead letters, so `severity` decides, not `code`.
 * A class that nobody thought of is an outage: it is retried and seen, and no event is given up.
 */
export function classifyPostgresError(error: unknown): ClassifiedError {
  const server = readServerError(error);
  if (server === null) {
    return { kind: 'outage', sqlstate: null, detail: toPrintable(describe(error)), line: null };
  }
  const context = COPY_CONTEXT.exec(server.where);
  const column = context?.[2];
  const words = withoutValues(server.message);
  return {
    kind: toKind(server),
    sqlstate: server.sqlstate === '' ? null : server.sqlstate,
    detail: toPrintable(column === undefined ? words : `${words} (column ${column})`),
    line: context?.[1] === undefined ? null : Number(context[1]),
  };
}

/** Wraps what a Postgres call threw; a StoreError passes through. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { kind, sqlstate, detail, line } = classifyPostgresError(error);
  const message = sqlstate === null ? `Postgres: ${detail}` : `Postgres ${sqlstate}: ${detail}`;
  return new StoreError(kind, message, { sqlstate, line, detail, cause: error });
}

function toKind(error: ServerError): PostgresErrorKind {
  // A violated CHECK has a name. Without one the row found no partition, or the one it had found (DEFAULT) gave its range away while
  // the statement waited: a new statement finds the right one.
  if (error.sqlstate === '23514' && error.constraint === '') return 'partition';
  return EXACT[error.sqlstate] ?? BY_CLASS[error.sqlstate.slice(0, 2)] ?? 'outage';
}

function readServerError(error: unknown): ServerError | null {
  if (typeof error !== 'object' || error === null || !('severity' in error) || typeof error.severity !== 'string')
    return null;
  return {
    severity: error.severity,
    sqlstate: readText(error, 'code'),
    message: readText(error, 'message'),
    where: readText(error, 'where'),
    constraint: readText(error, 'constraint'),
  };
}

function readText(error: object, key: string): string {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  // What connecting to a name with several addresses throws; its own message is empty.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((each: unknown) => (each instanceof Error ? each.message : '')).join('; ');
  }
  return error.message;
}

/** The server puts values behind a colon (`invalid input syntax for type inet: "..."`), names of columns and constraints before it. */
function withoutValues(message: string): string {
  const colon = message.indexOf(': ');
  return colon === -1 ? message : message.slice(0, colon);
}

function toPrintable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, DETAIL_CHARACTERS);
}
