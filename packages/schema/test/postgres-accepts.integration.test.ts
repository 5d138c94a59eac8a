import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '@auditlane/testkit';
import { decodeEntry, encodeEvent, type EventRow } from '../src/index.ts';
import { HOSTILE_VALUES } from './hostile-values.ts';
import { buildContext, toRow } from './support.ts';

const { pool } = await useDatabase();

const TYPES: Readonly<Record<keyof EventRow, string>> = {
  id: 'uuid',
  occurred_at: 'timestamptz',
  event_domain: 'text',
  user_id: 'text',
  resource_type: 'text',
  resource_id: 'text',
  event_type: 'text',
  event_category: 'text',
  severity: 'text',
  source: 'text',
  service_name: 'text',
  tenant_id: 'text',
  correlation_id: 'text',
  outcome: 'text',
  host: 'text',
  description: 'text',
  metadata: 'text',
  ip_address: 'inet',
  user_agent: 'text',
  producer_id: 'text',
  producer_seq: 'bigint',
  schema_version: 'smallint',
  flags: 'integer',
};
const COLUMNS = Object.keys(TYPES).join(', ');
const INSERT =
  `insert into audit_logs (${COLUMNS}) select ${COLUMNS.replace('metadata', 'metadata::jsonb')} ` +
  `from json_to_recordset($1::json) as row(${Object.entries(TYPES)
    .map(([column, type]) => `${column} ${type}`)
    .join(', ')})`;

/** Stores the rows, naming the one that Postgres refuses. */
async function store(rows: readonly EventRow[]): Promise<void> {
  try {
    await pool.query(INSERT, [JSON.stringify(rows)]);
  } catch (error) {
    if (rows.length === 1) throw new Error(`refused: ${JSON.stringify(rows).slice(0, 2000)}`, { cause: error });
    for (const row of rows) await store([row]);
  }
}

function toEntry(members: Record<string, unknown>, raw = ''): string {
  const { id } = buildContext();
  return `${JSON.stringify({ v: 1, id, event_type: 'a', event_category: 'info', ...members }).slice(0, -1)}${raw}}`;
}

function rowsOf(entries: readonly string[]): EventRow[] {
  return entries
    .map((entry) => decodeEntry(entry))
    .flatMap((decoded) => (decoded.kind === 'event' ? [decoded.row] : []));
}

describe('Postgres accepts every row that is made', () => {
  test('of any hostile value a caller passes, in any field', async () => {
    const rows: EventRow[] = [];
    for (const field of ['metadata', 'unknown', 'user_id', 'description', 'ip_address', 'occurred_at', 'tags']) {
      for (const [, value] of HOSTILE_VALUES) {
        const input = { event_type: 'a', event_category: 'info', [field]: value };
        const encoded = encodeEvent(input, buildContext());
        if (encoded.kind === 'encoded') rows.push(...rowsOf([encoded.line]));
      }
    }
    expect(rows.length).toBeGreaterThan(HOSTILE_VALUES.length * 4);
    await store(rows);
  });

  test('of texts at their limits in the widest characters', async () => {
    const wide = '中'.repeat(20_000);
    const fields = [
      'user_id',
      'resource_type',
      'resource_id',
      'tenant_id',
      'correlation_id',
      'host',
      'source',
      'description',
    ];
    await store([
      toRow({
        event_type: 'a'.repeat(300),
        event_category: 'info',
        ...Object.fromEntries(fields.map((field) => [field, wide])),
      }),
    ]);
  });

  test('of any JSON another producer pushes', async () => {
    const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 });
    const field = fc.constantFrom(
      'metadata',
      'user_id',
      'occurred_at',
      'ip_address',
      'n',
      'flags',
      'producer',
      'unknown',
      'host',
    );
    const samples = fc.sample(fc.tuple(field, json), 3000);
    const rows = rowsOf(samples.map(([name, value]) => toEntry({ [name]: value })));
    expect(rows.length).toBeGreaterThan(2500);
    for (let start = 0; start < rows.length; start += 500) await store(rows.slice(start, start + 500));
  });

  test('of addresses and times that look right', async () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%/'.split('')), minLength: 2, maxLength: 24 });
    const time = fc
      .tuple(
        fc.integer({ min: 1900, max: 10_001 }),
        fc.nat(13),
        fc.nat(32),
        fc.nat(25),
        fc.nat(61),
        fc.constantFrom('Z', '', '+14:30', '-23:59', '+99:00'),
      )
      .map(([year, month, day, hour, second, zone]) => {
        const two = (value: number): string => `${value}`.padStart(2, '0');
        return `${`${year}`.padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:59:${two(second)}.1234567${zone}`;
      });
    const entries = [
      ...fc
        .sample(fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), hex), 2000)
        .map((value) => toEntry({ ip_address: value })),
      ...fc.sample(time, 2000).map((value) => toEntry({ occurred_at: value })),
    ];
    const rows = rowsOf(entries);
    expect(rows.filter((row) => row.ip_address !== null).length).toBeGreaterThan(300);
    expect(rows.filter((row) => row.occurred_at !== null).length).toBeGreaterThan(300);
    await store(rows);
  });

  test('of numbers, depths and escapes that only raw JSON has', async () => {
    const raw = [
      '"metadata":{"n":1e400}',
      '"metadata":{"n":-1e200000,"m":1e-200000}',
      `"metadata":{"n":0.${'1'.repeat(20_000)}}`,
      `"metadata":{"n":${'9'.repeat(140_000)}}`,
      `"metadata":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      '"metadata":{"\\u0000":"\\ud800\\u0000"}',
      '"metadata":{"a":1,"a":2}',
      '"metadata":{"__proto__":{"a":1}}',
      '"user_id":"\\u0000\\udfff"',
    ];
    const rows = rowsOf(raw.map((members) => toEntry({}, `,${members}`)));
    expect(rows).toHaveLength(raw.length);
    await store(rows);
  });
});

test('texts and metadata come back from Postgres as they were written', async () => {
  const text = 'é👍\r\n\t"\\\u0001\u2028\u202e';
  const row = toRow({
    event_type: 'a',
    event_category: 'info',
    user_id: text,
    description: text,
    metadata: { [text]: [text, 1.5] },
  });
  await store([row]);
  const { rows } = await pool.query('select user_id, description, metadata from audit_logs where id = $1', [row.id]);
  expect(rows).toEqual([{ user_id: text, description: text, metadata: { [text]: [text, 1.5] } }]);
});
