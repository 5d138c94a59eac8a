import { randomFillSync } from 'node:crypto';
import { createUuidV7, decodeEntry, DEFAULT_REDACTION, encodeEvent, LIMITS } from '@auditlane/schema';
import type { EventRow } from '@auditlane/schema';
import { useDatabase } from '@auditlane/testkit';
import { arbitraryEvent } from '@auditlane/testkit/arbitrary-event';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { COPY_COLUMNS } from '../src/storing/copy-line.ts';
import { createPool, createStore } from '../src/index.ts';
import { LineBuffer } from '../src/storing/transcoding/line-buffer.ts';
import {
  type StorableRow,
  toEventRow,
  TranscodedRow,
  toTranscodedRow,
} from '../src/storing/transcoding/transcoded-row.ts';

const database = await useDatabase();
const pool = createPool(database.url, { applicationName: 'test', role: 'audit_writer', max: 1 });
const store = createStore(pool, { writer: 'test' });
afterAll(() => pool.end());

const mintId = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

/** Rows as a worker makes them of entries: transcoded where that is possible, decoded where not. */
function toRows(count: number, seed: number): readonly StorableRow[] {
  const out = new LineBuffer(1000);
  return fc.sample(arbitraryEvent(), { numRuns: count, seed }).map((event, index): StorableRow => {
    const context = { producerId: 'p', producerSeq: index + 1, defaults: {}, redact: DEFAULT_REDACTION };
    const encoded = encodeEvent(event, { ...context, id: mintId(), maxEventBytes: LIMITS.eventBytes });
    if (encoded.kind !== 'encoded') throw new Error('the event was refused');
    const entry = Buffer.from(encoded.line);
    const decoded = decodeEntry(entry);
    if (decoded.kind !== 'event') throw new Error(`the entry is ${decoded.kind}`);
    return toTranscodedRow(entry, out, Date.now()) ?? decoded.row;
  });
}

/** Metadata by its value, and an IPv6 address in the one form that it has as a URL's host. */
function comparable(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { metadata, ip_address: ip } = row;
  return {
    ...row,
    metadata: typeof metadata === 'string' ? (JSON.parse(metadata) as unknown) : metadata,
    ip_address: typeof ip === 'string' && ip.includes(':') ? new URL(`http://[${ip}]`).hostname : ip,
  };
}

async function readRows(rows: readonly StorableRow[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { rows: stored } = await database.pool.query<EventRow & Record<string, unknown>>(
    `select ${COPY_COLUMNS.join(', ')}, metadata::text as metadata, host(ip_address) as ip_address, producer_seq::float8 as producer_seq
     from audit_logs where id = any($1::uuid[]) order by id`,
    [rows.map((row) => row.id)],
  );
  return stored;
}

it.each(['copy', 'idempotent'] as const)('transcoded rows and decoded ones are stored alike, by %s', async (path) => {
  const rows = toRows(400, path.length);
  expect(rows.filter((row) => row instanceof TranscodedRow).length).toBeGreaterThan(50);
  const shuffled = [...rows.slice(200), ...rows.slice(0, 200).toReversed()];
  expect(await store.storeBatch(shuffled, { idempotent: path === 'idempotent' })).toMatchObject({
    inserted: 400,
    path,
  });
  const stored = await readRows(rows);
  expect(stored.map(comparable)).toEqual(rows.map((row) => comparable({ ...toEventRow(row), occurred_at: null })));
  const again = await store.storeBatch(rows);
  expect(again).toMatchObject({ inserted: 0, duplicates: 400, conflicting: [], path: 'idempotent' });
});
