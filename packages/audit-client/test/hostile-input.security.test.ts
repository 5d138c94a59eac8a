import { decodeEntry, type EventRow, EVENT_FLAGS } from '@auditlane/schema';
import { createStore } from '@auditlane/store';
import { buildEvent, HOSTILE_INPUTS, HOSTILE_METADATA, useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import type { Receipt } from '../src/receipt.ts';
import { comparable, readRows } from './support/read-rows.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();
const FFFD = '\ufffd';

async function decodeQueue(): Promise<readonly EventRow[]> {
  const lines = [
    ...(await redis.lrangeBuffer('audit:queue', 0, -1)),
    ...(await redis.lrangeBuffer('audit:queue:urgent', 0, -1)),
  ];
  return lines.map((line) => {
    const decoded = decodeEntry(line);
    if (decoded.kind !== 'event') throw new Error(`not an event: ${JSON.stringify(decoded)}`);
    return decoded.row;
  });
}

/** Sends `input` the whole way: client, Redis, decoder, Postgres; gives the stored row. */
async function sendThrough(
  input: unknown,
): Promise<{ receipt: Receipt; row: Readonly<Record<string, unknown>> | undefined }> {
  const { client } = createTestClient({ redisUrl: url });
  const receipt = await Reflect.apply(client.logAudit, client, [input]);
  const decoded = await decodeQueue();
  await createStore(pool, { writer: 'test' }).storeBatch(decoded);
  const rows = await readRows(
    pool,
    decoded.map((row) => row.id),
  );
  for (const row of decoded) expect(comparable(rows.get(row.id) ?? {})).toEqual(comparable(row));
  return { receipt, row: 'id' in receipt ? rows.get(receipt.id) : undefined };
}

const metadataCase = (name: keyof typeof HOSTILE_METADATA): unknown => ({
  ...buildEvent(),
  metadata: HOSTILE_METADATA[name].make(),
});
const hasFlag = (name: keyof typeof EVENT_FLAGS) =>
  expect.toSatisfy((flags: number) => (flags & EVENT_FLAGS[name]) !== 0, name);

describe('what is no event is rejected by name, never thrown', () => {
  test.each([
    [1, 'undefined', undefined, ''],
    [1, 'null', null, ''],
    [1, 'a number', 42, ''],
    [1, 'a text', 'x', ''],
    [1, 'an array', [], ''],
    [1, 'a function', () => 1, ''],
    [2, 'no event_type', { event_category: 'info' }, 'event_type'],
    [2, 'an empty event_type', { event_type: '', event_category: 'info' }, 'event_type'],
    [2, 'an event_type of spaces', { event_type: '   ', event_category: 'info' }, 'event_type'],
    [2, 'no event_category', { event_type: 'a.b' }, 'event_category'],
    [24, 'an id of the caller', { ...buildEvent(), id: '01890a5d-ac96-774b-bcce-b302099a8057' }, 'id'],
    [24, 'an id that is no UUIDv7', { ...buildEvent(), id: 'x' }, 'id'],
  ])('row %i: %s is answered "invalid", naming the field, and counted', async (_row, _name, input, path) => {
    const { client, warnings } = createTestClient({ redisUrl: url });
    const receipt = await Reflect.apply(client.logAudit, client, [input]);
    expect(receipt).toMatchObject({
      status: 'rejected',
      reason: 'invalid',
      issues: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    await expect(Reflect.apply(client.logCriticalAudit, client, [input])).rejects.toMatchObject({ code: 'invalid' });
    expect(client.stats().rejected.invalid).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(await redis.llen('audit:queue')).toBe(0);
  });
});

/** Inputs that are stored after cleaning, and what their row must say. */
const STORED: readonly (readonly [
  row: number,
  name: string,
  make: () => unknown,
  expected: Readonly<Record<string, unknown>>,
])[] = [
  [
    3,
    'an event_type of 10,000 characters is cut and flagged',
    () => ({ ...buildEvent(), event_type: 'a'.repeat(10_000) }),
    { event_type: 'a'.repeat(255), flags: hasFlag('truncated') },
  ],
  [
    4,
    'a circle ends at its back edge',
    () => metadataCase('circular'),
    { metadata: expect.objectContaining({ name: 'ring', self: '[Circular]' }) },
  ],
  [
    5,
    'a bigint is its digits with its type',
    () => metadataCase('a big integer'),
    { metadata: expect.objectContaining({ big: { _type: 'BigInt', value: String(2n ** 80n) } }) },
  ],
  [
    6,
    'an object 10,000 deep is cut at 32',
    () => metadataCase('objects 10000 deep'),
    { flags: hasFlag('metadataTruncated') },
  ],
  [
    7,
    'of a million keys the first are kept and the rest counted',
    () => metadataCase('a million keys'),
    {
      metadata: expect.objectContaining({ key0: 0, _dropped_keys: expect.any(Number) }),
      flags: hasFlag('metadataTruncated'),
    },
  ],
  [
    8,
    'a text of 100 MB is cut and flagged',
    () => metadataCase('a string of 100 MB'),
    { flags: hasFlag('metadataTruncated') },
  ],
  [
    9,
    'a buffer of 10 MB is its size and hash',
    () => metadataCase('a buffer of 10 MB'),
    { metadata: expect.objectContaining({ buffer: expect.stringMatching(/^\[Buffer 10485760 sha256:[0-9a-f]+/) }) },
  ],
  [
    10,
    'a Map, a Set, a symbol and a function are described',
    () => metadataCase('map, set, symbol, function, weak reference'),
    { metadata: expect.objectContaining({ set: { _type: 'Set', values: [1, 'a'] }, symbol: '[Symbol(s)]' }) },
  ],
  [
    11,
    'NaN and infinities are texts, -0 is 0',
    () => metadataCase('numbers that JSON has not'),
    { metadata: { nan: 'NaN', up: 'Infinity', down: '-Infinity', zero: 0 } },
  ],
  [
    12,
    'an invalid Date as time is null, kept and flagged',
    () => ({ ...buildEvent(), occurred_at: new Date(Number.NaN) }),
    { occurred_at: null, flags: hasFlag('timeInvalid') },
  ],
  [
    12,
    'an invalid Date inside metadata is named',
    () => metadataCase('an invalid date'),
    { metadata: { date: 'Invalid Date' } },
  ],
  [
    13,
    'a getter that throws is not called',
    () => metadataCase('a getter that throws'),
    { metadata: expect.objectContaining({ kept: 'yes', broken: '[Getter]' }) },
  ],
  [
    13,
    'a toJSON that throws is described',
    () => metadataCase('a toJSON that throws'),
    { metadata: { broken: expect.stringMatching(/^\[Throws: /) } },
  ],
  [13, 'a revoked proxy is described', () => metadataCase('a revoked proxy'), { event_type: 'api_key_created' }],
  [
    14,
    'an endless getter is not followed',
    () => metadataCase('a getter that makes a deeper object each time'),
    { metadata: { next: '[Getter]' } },
  ],
  [
    17,
    'U+0000 in texts and keys becomes U+FFFD',
    () => ({ ...buildEvent(), description: 'a\u0000b', metadata: { 'k\u0000': 'v\u0000' } }),
    { description: `a${FFFD}b`, metadata: { [`k${FFFD}`]: `v${FFFD}` }, flags: hasFlag('nul') },
  ],
  [
    18,
    'a lone surrogate becomes U+FFFD',
    () => ({ ...buildEvent(), user_id: 'a\ud800b', metadata: { x: '\udfff' } }),
    { user_id: `a${FFFD}b`, metadata: { x: FFFD }, flags: hasFlag('surrogate') },
  ],
  [
    19,
    'line breaks, escapes and direction marks are stored as they are',
    () => ({ ...buildEvent(), description: 'x\r\n{"level":"fatal"}\u001b[31m\u202eevil' }),
    { description: 'x\r\n{"level":"fatal"}\u001b[31m\u202eevil', flags: 0 },
  ],
  [
    20,
    'an address out of range is null, kept and flagged',
    () => ({ ...buildEvent(), ip_address: '999.1.1.1' }),
    { ip_address: null, flags: hasFlag('ipInvalid') },
  ],
  [
    20,
    'a mapped address is unwrapped',
    () => ({ ...buildEvent(), ip_address: '::ffff:1.2.3.4' }),
    { ip_address: '1.2.3.4', flags: 0 },
  ],
  [20, 'a zone is cut off', () => ({ ...buildEvent(), ip_address: 'fe80::1%eth0' }), { ip_address: 'fe80::1' }],
  [
    20,
    'a network and a list of addresses are none',
    () => ({ ...buildEvent(), ip_address: '1.2.3.4, 5.6.7.8' }),
    { ip_address: null, flags: hasFlag('ipInvalid') },
  ],
  [
    21,
    'a year that Postgres has not is null, kept and flagged',
    () => ({ ...buildEvent(), occurred_at: '+294277-01-01T00:00:00Z' }),
    { occurred_at: null, flags: hasFlag('timeInvalid') },
  ],
  [
    22,
    'an unsafe integer is kept as text',
    () => ({ ...buildEvent(), metadata: { n: 9_007_199_254_740_994, e: Number('1e400') } }),
    { metadata: { n: '9007199254740994', e: 'Infinity' } },
  ],
  [
    26,
    'secrets are masked before they leave the process',
    () => metadataCase('secrets'),
    {
      metadata: {
        password: '[REDACTED]',
        headers: { authorization: '[REDACTED]' },
        card: expect.stringContaining('[REDACTED]'),
      },
      flags: hasFlag('redacted'),
    },
  ],
];

describe('what can be cleaned is stored, with flags', () => {
  test.each(STORED)('row %i: %s', async (_row, _name, make, expected) => {
    const { receipt, row } = await sendThrough(make());
    expect(receipt.status).toBe('queued');
    expect(row).toMatchObject(expected);
  });

  test('row 15: __proto__ and constructor keys are data, and no prototype changes', async () => {
    const { row } = await sendThrough(metadataCase('own prototype keys'));
    expect(Object.hasOwn(Object(row?.['metadata']), '__proto__')).toBe(true);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  test('row 16: what the caller changes after the call is not seen, however deep', async () => {
    const { client } = createTestClient({ redisUrl: url });
    const event = { ...buildEvent(), metadata: { state: 'before', list: [{ deep: 'before' }] } };
    const pending = client.logAudit(event);
    event.event_type = 'changed';
    event.metadata.state = 'after';
    event.metadata.list[0] = { deep: 'after' };
    await pending;
    const [row] = await decodeQueue();
    expect(row?.event_type).toBe('api_key_created');
    expect(JSON.parse(row?.metadata ?? '')).toEqual({ state: 'before', list: [{ deep: 'before' }] });
  });

  test('row 23: an id that comes twice with another body is one row, the first', async () => {
    const { client } = createTestClient({ redisUrl: url, acceptIds: true });
    const id = '01890a5d-ac96-774b-bcce-b302099a8058';
    await client.logAudit({ ...buildEvent(), id, description: 'first' });
    await client.logAudit({ ...buildEvent(), id, description: 'second' });
    const rows = (await decodeQueue()).toReversed();
    const result = await createStore(pool, { writer: 'test' }).storeBatch(rows, { idempotent: true });
    expect(result).toMatchObject({ inserted: 1, duplicates: 1, conflicting: [id] });
    expect((await readRows(pool, [id])).get(id)).toMatchObject({ description: 'first' });
  });
});

test('rows 1 to 24: every hostile input is answered, and what is queued is stored as it was decoded', async () => {
  const { client } = createTestClient({ redisUrl: url, overflow: 'wait' });
  const receipts: Receipt[] = [];
  for (const input of HOSTILE_INPUTS) receipts.push(await Reflect.apply(client.logAudit, client, [input.make()]));
  const odd = HOSTILE_INPUTS.filter((_, index) => {
    const receipt = receipts[index];
    return (
      receipt?.status !== 'queued' &&
      !(receipt?.status === 'rejected' && ['invalid', 'too_large'].includes(receipt.reason))
    );
  });
  expect(odd.map((input) => `row ${input.row}: ${input.name}`)).toEqual([]);
  // the client's own report of what it refused may be among them
  const decoded = (await decodeQueue()).filter(({ source }) => source !== 'auditlane');
  expect(decoded).toHaveLength(receipts.filter((receipt) => receipt.status === 'queued').length);
  expect(decoded.length).toBeGreaterThan(100);
  await createStore(pool, { writer: 'test' }).storeBatch(decoded);
  const rows = await readRows(
    pool,
    decoded.map((row) => row.id),
  );
  for (const row of decoded) expect(comparable(rows.get(row.id) ?? {})).toEqual(comparable(row));
}, 60_000);
