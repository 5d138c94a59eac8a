import type { FoundEvent } from '@auditlane/testkit/harness';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import * as z from 'zod';
import { CHAOS_EVENT, COMPARED, digestEvent } from '../producer/chaos-event.ts';

const PAGE = 5000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const Row = z.looseObject({ id: z.string(), resource_id: z.string().nullable() });
const Letter = z.looseObject({ id: z.string(), raw: z.string().optional() });

/** Every row of a chaos event, in the order of ids. Rows that the product wrote about itself are its own affair. */
export async function* readRows(pool: Pool): AsyncGenerator<FoundEvent> {
  let after = FIRST;
  for (;;) {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select id, ${COMPARED.join(', ')} from audit_logs where id > $1 and event_type = $2 order by id limit ${PAGE}`,
      [after, CHAOS_EVENT],
    );
    for (const row of rows) {
      const { id, resource_id } = Row.parse(row);
      after = id;
      yield { id, key: resource_id, digest: digestEvent(row) };
    }
    if (rows.length < PAGE) return;
  }
}

function toEntry(raw: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return z.looseObject({}).parse(JSON.parse(raw ?? ''));
  } catch {
    return {};
  }
}

/** A crash suspect is parked unread, under a name of its bytes: its own id is in the entry all the same. */
function toFound(line: string): FoundEvent {
  const letter = Letter.parse(JSON.parse(line));
  const { id = letter.id, resource_id: key, ...entry } = toEntry(letter.raw);
  const digest = digestEvent({ ...entry, resource_id: key });
  return typeof key === 'string' ? { id: String(id), key, digest } : { id: letter.id, key: null, digest: null };
}

/** Every dead letter: those in the list, and those that were moved to the table because the list is bounded. */
export async function readDeadLetters(redis: Redis, pool: Pool, failedKey: string): Promise<readonly FoundEvent[]> {
  const found = (await redis.lrange(failedKey, 0, -1)).map(toFound);
  const { rows } = await pool.query<{ readonly has_table: boolean }>(
    `select to_regclass('audit_dead_letters') is not null as has_table`,
  );
  if (rows[0]?.has_table !== true) return found;
  const moved = await pool.query<{ readonly letter: string }>(
    `select row_to_json(audit_dead_letters)::text as letter from audit_dead_letters`,
  );
  return [...found, ...moved.rows.map(({ letter }) => toFound(letter))];
}

/** How many rows the ledger counts, and how many there are of all kinds; they must be equal. */
export async function countLedger(pool: Pool): Promise<{ readonly ledger: number; readonly table: number }> {
  const { rows } = await pool.query<{ readonly ledger: number; readonly table: number }>(
    `select (select coalesce(sum(rows), 0)::integer from audit_batches) as ledger,
            (select count(*)::integer from audit_logs) as table`,
  );
  return rows[0] ?? { ledger: -1, table: -2 };
}
