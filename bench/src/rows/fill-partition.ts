/**
 * Rows made inside Postgres: the same columns and sizes as the events that are measured, 40 types, a resource each, and
 * so many users that a full partition has about fifty rows of each; ids whose times are spread evenly over a time.
 */
import type { PostgresClient } from '../servers/postgres-client.ts';

const ROWS = `
  insert into audit_logs (id, batch, stored_at, occurred_at, user_id, resource_type, resource_id, event_type, event_category,
    severity, service_name, outcome, host, description, metadata, ip_address, user_agent, producer_id, producer_seq)
  select
    overlay(overlay(uuid_floor(at)::text placing '7' from 15) placing lpad(to_hex(n), 12, '0') from 25)::uuid,
    n / 1000, at, at, 'user-' || mixed % $5::bigint, 'order', 'ord_' || to_hex(mixed) || '_' || n,
    'order.changed_' || mixed % 40, 'info', 'info', 'bench', 'success', 'bench',
    'Order ' || n || ' was changed by its owner in the customer console',
    jsonb_build_object('region', 'eu-west', 'amount_cents', mixed % 1000000, 'request_id', 'req-' || to_hex(mixed) || '-' || n,
      'items', jsonb_build_array(n % 7, n % 11), 'is_gift', mixed % 9 = 0),
    ('10.' || mixed % 250 || '.' || n % 250 || '.1')::inet,
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36', 'bench', n
  from (
    select n, (n * 2654435761) % 4294967296 as mixed,
      to_timestamp(($2::double precision + (n - $1::bigint) / $4::double precision * ($3::double precision - $2)) / 1000) as at
    from generate_series($1::bigint, $1::bigint + $4::bigint - 1) as n
  ) as numbered`;

/** Rows of one statement: a server that must end does not have to wait for minutes. */
const STATEMENT_ROWS = 100_000;

/** Some rows, numbered from `first` on, over a range of time. */
export interface RowRange {
  readonly first: number;
  readonly rows: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Over how many users the rows are spread. */
  readonly users: number;
}

/** Adds the rows; the client's session no longer waits for the disk, since nothing here is worth a guarantee. */
export async function insertRows(
  client: PostgresClient,
  { first, rows, fromMs, toMs, users }: RowRange,
): Promise<void> {
  await client.query('set synchronous_commit = off');
  const toMsAt = (row: number): number => fromMs + ((toMs - fromMs) * row) / rows;
  for (let at = 0; at < rows; at += STATEMENT_ROWS) {
    const count = Math.min(STATEMENT_ROWS, rows - at);
    await client.query(ROWS, [first + at, toMsAt(at), toMsAt(at + count), count, users]);
  }
}
