import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { DemoUsageError } from './options.ts';
import type { ExpectedRow } from './expected-row.ts';

const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/** One field of one row that is not what the input says. */
export interface Difference {
  readonly name: string;
  readonly field: string;
  readonly expected: unknown;
  readonly stored: unknown;
}

/** An event that was acknowledged: under which id, and what its row must hold. */
export interface Acknowledged {
  /** What the file calls it. */
  readonly name: string;
  readonly id: string;
  readonly expected: ExpectedRow;
}

type StoredRow = Readonly<Record<string, unknown>>;

/** Connects as the reader. Throws DemoUsageError when Postgres is not there. */
export async function connectReader(readerUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: readerUrl, application_name: 'auditlane-demo' });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const fact = error instanceof Error && error.message !== '' ? error.message : 'no answer';
    throw new DemoUsageError(`Postgres cannot be reached at AUDIT_READER_URL (${fact}): is the stack running?`, {
      cause: error,
    });
  }
}

/** Reads the rows of the given ids, waiting up to 30 s until all are there; fewer come back only when some never came. */
export async function readStoredRows(
  readerUrl: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const client = await connectReader(readerUrl);
  try {
    const until = Date.now() + DEADLINE_MS;
    for (;;) {
      const { rows } = await client.query<StoredRow>(
        'select *, host(ip_address) as ip_address from audit_logs where id = any($1::uuid[])',
        [ids],
      );
      if (rows.length >= ids.length || Date.now() > until) return new Map(rows.map((row) => [String(row['id']), row]));
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}

/** Compares every expected field of one event with its row, and the fields that only the pipeline can know with what must hold of them. */
export function compareRow(event: Acknowledged, row: StoredRow | undefined): readonly Difference[] {
  const { name, expected } = event;
  if (row === undefined) return [{ name, field: 'the row', expected: event.id, stored: 'nothing' }];
  const differences = Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(row[field], value))
    .map(([field, value]) => ({ name, field, expected: value, stored: row[field] }));
  const idTimeMs = Number.parseInt(event.id.replaceAll('-', '').slice(0, 12), 16);
  const createdAt = row['created_at'];
  if (!(createdAt instanceof Date) || createdAt.getTime() !== idTimeMs) {
    differences.push({ name, field: 'created_at', expected: new Date(idTimeMs), stored: createdAt });
  }
  if (typeof row['producer_id'] !== 'string' || !(Number(row['producer_seq']) > 0)) {
    differences.push({ name, field: 'producer_seq', expected: 'a count of its producer', stored: row['producer_seq'] });
  }
  return differences;
}
