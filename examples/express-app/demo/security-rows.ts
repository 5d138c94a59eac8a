import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ExpectedSecurityEvent } from './expected-security-events.ts';
import { connectReader, type Difference } from './stored-rows.ts';

const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/** A row of `security_events`. */
export type SecurityRow = Readonly<Record<string, unknown>>;

/** The security events of the example, each with its row. */
export interface SecurityMatch {
  readonly matched: readonly { readonly event: ExpectedSecurityEvent; readonly row: SecurityRow }[];
  readonly differences: readonly Difference[];
  /** Rows that nothing should have left. */
  readonly unexplained: readonly SecurityRow[];
}

/** Every row of one process but those of its audit events; ids begin with their time, so few partitions are read. */
const ROWS_OF_PROCESS = `
  select s.*, host(s.ip_address) as ip_address
  from security_events s
  join audit_logs l on l.id = s.id
  where l.id >= uuid_floor($3)
    and l.producer_id = (select producer_id from audit_logs where id = $1)
    and s.id <> all($2::uuid[])
  order by s.id`;

/** Whose rows are read. */
export interface SecurityQuery {
  readonly readerUrl: string;
  /** Ids that the process has named, at least one. */
  readonly auditEventIds: readonly string[];
  /** When it was started, or before. */
  readonly since: Date;
  /** How many rows there should be. */
  readonly count: number;
}

/** Reads what the process that logged `auditEventIds` has logged beside them, waiting up to 30 s for `count` rows. */
export async function readSecurityRows(query: SecurityQuery): Promise<readonly SecurityRow[]> {
  const { readerUrl, auditEventIds, since, count } = query;
  const client = await connectReader(readerUrl);
  try {
    const until = Date.now() + DEADLINE_MS;
    const values = [auditEventIds[0], auditEventIds, since];
    for (;;) {
      const { rows } = await client.query<SecurityRow>(ROWS_OF_PROCESS, values);
      if (rows.length >= count || Date.now() > until) return rows;
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}

function isOf(row: SecurityRow, { columns }: ExpectedSecurityEvent): boolean {
  return row['event_type'] === columns.event_type && row['correlation_id'] === (columns['correlation_id'] ?? null);
}

function compare({ name, columns, data }: ExpectedSecurityEvent, row: SecurityRow): readonly Difference[] {
  const stored = row['event_data'];
  const storedData = typeof stored === 'object' && stored !== null ? new Map(Object.entries(stored)) : new Map();
  const ofColumns = Object.entries(columns).map(([field, expected]) => ({ name, field, expected, stored: row[field] }));
  const ofData = Object.entries(data).map(([key, expected]) => {
    const found: unknown = storedData.get(key);
    return { name, field: `event_data.${key}`, expected, stored: found };
  });
  return [...ofColumns, ...ofData].filter((each) => !isDeepStrictEqual(each.stored, each.expected));
}

/** Finds the row of each event by type and correlation id, each row once, and compares it. */
export function matchSecurityRows(
  events: readonly ExpectedSecurityEvent[],
  rows: readonly SecurityRow[],
): SecurityMatch {
  const left = new Set(rows);
  const matched: { event: ExpectedSecurityEvent; row: SecurityRow }[] = [];
  const differences: Difference[] = [];
  for (const event of events) {
    const row = [...left].find((each) => isOf(each, event));
    if (row === undefined) {
      differences.push({ name: event.name, field: 'the row', expected: event.columns.event_type, stored: 'nothing' });
      continue;
    }
    left.delete(row);
    matched.push({ event, row });
    differences.push(...compare(event, row));
  }
  return { matched, differences, unexplained: [...left].filter((row) => !isAborted(row)) };
}

/** A request whose bytes end before it does was seen all the same, and has no answer that could name it. */
function isAborted(row: SecurityRow): boolean {
  const data = row['event_data'];
  return row['event_type'] === 'api.request' && typeof data === 'object' && data !== null && 'aborted' in data;
}
