import { listPartitions, type Pool } from '@auditlane/store';
import { connectPostgres } from '../servers/postgres-client.ts';
import type { RowFacts } from './audit-questions.ts';
import { insertRows } from './fill-partition.ts';
import { settle } from './growing-table.ts';

const DAY_MS = 86_400_000;
const PAST_DAYS = 60;
const AHEAD_DAYS = 7;
const FILLERS = 2;

/** Drops every partition of a database that holds nothing of value and puts `rows` rows into a single one around now. */
export async function fillOnePartition(
  pool: Pool,
  { url, rows, users }: RowFacts & { readonly url: string },
): Promise<void> {
  for (const { name, range } of await listPartitions(pool, 'audit_logs')) {
    if (range !== null) await pool.query(`drop table ${name}`);
  }
  const now = Date.now();
  const bounds = [now - PAST_DAYS * DAY_MS, now + AHEAD_DAYS * DAY_MS].map((ms) => new Date(ms).toISOString());
  await pool.query(
    `select audit_create_partition('audit_logs', 'audit_logs_alone', $1::timestamptz, $2::timestamptz)`,
    bounds,
  );
  const share = Math.ceil(rows / FILLERS);
  const shareMs = (PAST_DAYS * DAY_MS) / FILLERS;
  const fillers = Array.from({ length: FILLERS }, async (_, index) => {
    await using client = await connectPostgres(url);
    const fromMs = now - PAST_DAYS * DAY_MS + index * shareMs;
    await insertRows(client, { first: 1 + index * share, rows: share, fromMs, toMs: fromMs + shareMs, users });
  });
  await Promise.all(fillers);
  await pool.query('vacuum (analyze) audit_logs_alone');
  await settle(pool);
}
