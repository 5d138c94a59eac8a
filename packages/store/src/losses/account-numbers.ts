import type { Pool, PoolClient } from 'pg';

import { loadQuery } from '../load-query.ts';
import { queryOn } from '../postgres/with-client.ts';
import { withTransaction } from '../postgres/with-transaction.ts';
import type { NumberRange } from './number-ranges.ts';

/** Numbers of one producer. */
export interface ProducerNumbers extends NumberRange {
  readonly producerId: string;
}

/** Notes that these numbers have no row and a known end, in the caller's transaction. Idempotent. */
export async function accountNumbers(client: PoolClient, numbers: readonly ProducerNumbers[]): Promise<void> {
  if (numbers.length === 0) return;
  await queryOn(client, loadQuery('account_numbers'), [
    numbers.map(({ producerId }) => producerId),
    numbers.map(({ first }) => first),
    numbers.map(({ last }) => last),
  ]);
}

/** Notes numbers that have no row and a known end; resolves after the commit. Needs the rights of the owner of the tables. */
export async function accountForNumbers(pool: Pool, numbers: readonly ProducerNumbers[]): Promise<void> {
  if (numbers.length > 0) await withTransaction(pool, (client) => accountNumbers(client, numbers));
}
