import type { EventRow } from '@auditlane/schema';
import { buildRow } from '@auditlane/testkit';
import type { Pool } from 'pg';

/** Events of a producer under these numbers. */
export function numbered(producerId: string, numbers: readonly number[]): readonly EventRow[] {
  return numbers.map((number) => buildRow({ producer_id: producerId, producer_seq: number }));
}

/** Numbers from `first` to `last`. */
export function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** What `audit_producers` says of a producer, as the server writes it. */
export async function producerOf(pool: Pool, producerId: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await pool.query<Record<string, unknown>>(
    `select received::text, accounted::text, holes::text, settled::text, doubted::text, lost::text, events::int, truncated::int
     from audit_producers where producer_id = $1`,
    [producerId],
  );
  return answer.rows[0] ?? {};
}
