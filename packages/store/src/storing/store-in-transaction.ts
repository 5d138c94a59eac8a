import type { EventRow } from '@auditlane/schema';
import pg from 'pg';

import { toStoreError } from '../postgres/classify-postgres-error.ts';
import { toJsonRows } from './json-rows.ts';
import { loadQuery } from '../load-query.ts';
import { StoreError } from '../postgres/store-error.ts';

/** A connection on which its owner has begun a transaction; a `Client` or `PoolClient` of pg is one. */
export interface TransactionClient {
  /** Runs one or several statements without parameters, as one message. Rejects with the server's error. */
  query(text: string): Promise<unknown>;
}

const SAVEPOINT = 'auditlane_event';
/** As in storeBatch: while a partition is made, a statement that had chosen DEFAULT fails, and finds it the next time. */
const PARTITION_ATTEMPTS = 5;

/**
 * Stores rows, with their ledger row, in the transaction of the caller: they are stored when it commits and gone when it
 * is rolled back. When Postgres refuses them, the transaction is as if this had not been called, and may go on.
 *
 * Savepoint, statement and release travel as one message: what the caller sends at the same time can not come to lie
 * between them and be undone with them. Rejects with a StoreError; `config` when no transaction is open.
 */
export async function storeInTransaction(
  client: TransactionClient,
  rows: readonly EventRow[],
  { writer }: { readonly writer: string },
): Promise<void> {
  if (rows.length === 0) return;
  const text = toStatements(rows, writer);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(text);
      return;
    } catch (error) {
      const failure = toStoreError(error);
      if (failure.sqlstate === '25P01') throw noTransaction(error);
      // Fails itself when the connection is gone or the transaction had failed before: then there is nothing to undo.
      await client.query(`rollback to savepoint ${SAVEPOINT}; release savepoint ${SAVEPOINT}`).catch(() => undefined);
      if (failure.code !== 'partition' || attempt === PARTITION_ATTEMPTS) throw failure;
    }
  }
}

/** A message of several statements takes no parameters, so the two values of the query are literals, each quoted. */
function toStatements(rows: readonly EventRow[], writer: string): string {
  // One order for all writers, as in storeBatch.
  const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  const values: Readonly<Record<string, string>> = {
    $1: pg.escapeLiteral(toJsonRows(sorted)),
    $2: pg.escapeLiteral(writer),
  };
  // Without its comments: a line break in a value would end one, and the rest of the value be read as SQL.
  const query = loadQuery('store_idempotent').text.replaceAll(/^\s*--.*$/gm, '');
  const store = query.replaceAll(/\$[12]\b/g, (name) => values[name] ?? name);
  return `savepoint ${SAVEPOINT};\n${store};\nrelease savepoint ${SAVEPOINT}`;
}

function noTransaction(cause: unknown): StoreError {
  return new StoreError('config', 'no transaction is open on this connection: begin one first', {
    sqlstate: '25P01',
    cause,
  });
}
