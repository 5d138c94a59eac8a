import { randomFillSync } from 'node:crypto';
import { createUuidV7, decodeEntry, DEFAULT_REDACTION, encodeEvent, EVENT_CATALOGUE, LIMITS } from '@auditlane/schema';
import type { AuditEventInput, EventRow } from '@auditlane/schema';
import { buildEvent, HOSTILE_ENTRIES, HOSTILE_TEXTS } from '@auditlane/testkit';
import { arbitraryEvent } from '@auditlane/testkit/arbitrary-event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { COPY_COLUMNS, toCopyLine } from '../src/storing/copy-line.ts';
import { LineBuffer } from '../src/storing/transcoding/line-buffer.ts';
import { toEventRow, toTranscodedRow } from '../src/storing/transcoding/transcoded-row.ts';

const mintId = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

function encode(event: AuditEventInput): Buffer {
  const encoded = encodeEvent(event, {
    id: mintId(),
    producerId: 'p-1',
    producerSeq: 7,
    defaults: {},
    redact: DEFAULT_REDACTION,
    maxEventBytes: LIMITS.eventBytes,
  });
  if (encoded.kind !== 'encoded') throw new Error('the event was refused');
  return Buffer.from(encoded.line);
}

/** The line that the bytes-to-bytes way writes, or null when it leaves the entry to the decoder. */
function transcode(entry: Buffer): string | null {
  const row = toTranscodedRow(entry, new LineBuffer(0), Date.now());
  return row === null ? null : row.lines.toString('utf8', row.from, row.to);
}

function decode(entry: Buffer): EventRow {
  const decoded = decodeEntry(entry);
  if (decoded.kind !== 'event') throw new Error(`the entry is ${decoded.kind}: ${entry.toString()}`);
  return decoded.row;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** What Postgres reads from a line: each column's text, metadata as the value that jsonb makes of it. */
function read(line: string): Readonly<Record<string, unknown>> {
  const fields = line.slice(0, -1).split('\t');
  expect(line.endsWith('\n') && fields.length === COPY_COLUMNS.length).toBe(true);
  const values = fields.map((field) =>
    field === '\\N' ? null : field.replaceAll(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character),
  );
  const row = Object.fromEntries(COPY_COLUMNS.map((column, index) => [column, values[index] ?? null]));
  return { ...row, metadata: row['metadata'] === null ? null : (JSON.parse(row['metadata'] ?? '') as unknown) };
}

/** Whatever is transcoded is the row that the decoder makes; answers whether it was transcoded. */
function agree(entry: Buffer): boolean {
  const line = transcode(entry);
  if (line === null) return false;
  expect(read(line)).toEqual(read(toCopyLine(decode(entry))));
  return true;
}

it('an entry of the client is transcoded, whatever it holds that needs no cleaning', () => {
  const full = buildEvent({
    severity: 'high',
    event_domain: 'threat',
    occurred_at: '2026-02-28T23:59:59.999Z',
    outcome: 'denied',
    ip_address: '2001:db8::1',
    description: 'Grüße "quoted" \\ back/slash\nnext\tcolumn\r 🔑 \b\f',
    user_agent: '',
    metadata: { 'a"b': ['x\\y', 1, -2.5, 0, true, null, { deep: {} }, []], esc: '\u001b[0m', ü: 'ß', '': '' },
  });
  for (const event of [full, buildEvent(), { event_type: 'a', event_category: 'info' as const }]) {
    expect(agree(encode(event))).toBe(true);
  }
});

it('any event of a client is transcoded to the row that the decoder makes, or left to it', () => {
  let transcoded = 0;
  fc.assert(
    fc.property(arbitraryEvent(), (event) => {
      transcoded += Number(agree(encode(event)));
    }),
    { numRuns: 3000 },
  );
  expect(transcoded).toBeGreaterThan(600);
});

const FRAGMENTS = [
  '0', '-0', '01', '1.0', '1.10', '0.000000001', '1e5', '1E+400', '-7', '123456789012345', '1234567890123456', '-', '1.',
  '.5', 'tru', 'true', 'nul', 'null', 'NaN', '"', '""', '"a', '"\\u0000"', '"\\u001f"', '"\\u00e9"', '"\\ud800"',
  '"\\x"', '"a\\', '"\\"', '"\u0001"', '{}', '{ }', '{,}', '{"a":1,}', '{"a":1 }', '{"a"}', '{a:1}', '{"a":1,"a":2}',
  '[]', '[1,]', '[,]', '[[[]]]', '[}', '{]', '}', ']', ',', ':', ' ', '\n', '\t', '\\', '\\N', '\\.', '\u0000', 'é', '\u{1f511}',
  '{"__proto__":{"x":1}}', `${'['.repeat(40)}${']'.repeat(40)}`, `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`,
  '"user_id":"u"', ',"user_id":"u"', ',"metadata":{}', ',"v":2', '}}', '192.0.2.1', '::ffff:192.0.2.1', '2026-02-30T00:00:00.000Z',
]; // prettier-ignore

const place = fc.integer({ min: 0, max: 9999 }).map((part) => part / 10_000);

it('an entry with a piece replaced by hostile text is never transcoded to another row than the decoder makes', () => {
  let transcoded = 0;
  const entry = encode(
    buildEvent({ description: 'd'.repeat(200), metadata: { texts: ['m'.repeat(200)], deep: { list: [1, [], {}] } } }),
  );
  const change = fc.tuple(place, fc.nat(3), fc.constantFrom(...FRAGMENTS, ...Object.values(HOSTILE_TEXTS)));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      let changed = entry;
      for (const [at, length, text] of changes) {
        const from = Math.floor(at * changed.length);
        changed = Buffer.concat([changed.subarray(0, from), Buffer.from(text), changed.subarray(from + length)]);
      }
      transcoded += Number(agree(changed));
    }),
    { numRuns: 10_000 },
  );
  expect(transcoded).toBeGreaterThan(500);
});

it('each value that metadata may have is taken as the decoder takes it, or left to it', () => {
  const [head = ''] = encode({ event_type: 'a', event_category: 'info' }).toString().split(/}$/);
  const verdicts = FRAGMENTS.map((value) => [value, agree(Buffer.from(`${head},"metadata":{"k":${value}}}`))]);
  const taken = verdicts.filter(([, isTaken]) => isTaken).map(([value]) => value);
  expect(taken).toEqual([
    '0', '0.000000001', '-7', '123456789012345', 'true', 'null', '""', '"\\u001f"', '{}', '{"a":1,"a":2}', '[]', '[[[]]]',
    '{"__proto__":{"x":1}}', `${'{"a":'.repeat(31)}1${'}'.repeat(31)}`,
  ]); // prettier-ignore
});

it('an address is taken if it is one as it stands, and otherwise left to the decoder', () => {
  const addresses = [
    '0.0.0.0', '255.255.255.255', '10.20.30.40', '2001:db8::1', '::', 'fe80::1', '256.1.1.1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3',
    '01.2.3.4', '1.2.3.00', '1..2.3', '1.2.3.4 ', '1.2.3.4/8', '1.2.3.4:80', '1111.2.3.4', '1.2.3.1111', '', 'a.b.c.d', '::ffff:1.2.3.4', 'FE80::1', 'fe80::1%eth0',
  ]; // prettier-ignore
  const entry = encode({ event_type: 'a', event_category: 'info', ip_address: '192.0.2.1' }).toString();
  const taken = addresses.filter((address) => agree(Buffer.from(entry.replace('192.0.2.1', address))));
  expect(taken).toEqual(['0.0.0.0', '255.255.255.255', '10.20.30.40', '2001:db8::1', '::', 'fe80::1']);
});

it('the domain of a type without one comes from the catalogue, and only for a type that is in it', () => {
  const near = Object.keys(EVENT_CATALOGUE).flatMap((type) => [type, `${type[0]}x${type.slice(2)}`, `${type}x`]);
  for (const type of [...near, 'constructor', '__proto__', 'a']) {
    const entry = encode({ event_type: type, event_category: 'info' }).toString();
    expect(agree(Buffer.from(entry.replace(/,"event_domain":"[a-z_]+"/, '')))).toBe(true);
  }
});

it('what somebody else wrote under our key of metadata goes the same way, whatever else is in the entry', () => {
  const [head = ''] = encode({ event_type: 'a', event_category: 'info' }).toString().split(/}$/);
  for (const value of ['false', '7', '"x"', '[]', 'null', '{}', '{"a":1}']) {
    // The text is a false alarm of the decoder, which then takes its long way.
    for (const text of ['harmless', ' 1e-300', String.raw`\\u0000`]) {
      const entry = Buffer.from(`${head},"metadata":{"text":"${text}","_auditlane":${value}}}`);
      expect(agree(entry)).toBe(value === '{"a":1}');
      const kept: unknown = JSON.parse(decode(entry).metadata ?? '{}');
      const ours = value === '{"a":1}' ? { a: 1 } : { caller: JSON.parse(value) as unknown };
      if (value !== '{}' && value !== 'null') expect(kept).toMatchObject({ _auditlane: ours });
    }
  }
});

it('an entry with any byte changed is never transcoded to another row than the decoder makes', () => {
  const entry = encode(buildEvent({ metadata: { a: [1, 'b'], c: { d: null } }, ip_address: '192.0.2.1' }));
  let transcoded = 0;
  for (let at = 0; at < entry.length; at += 1) {
    for (const byte of [0x00, 0x09, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x39, 0x41, 0x5c, 0x61, 0x7d, 0x80, 0xff]) {
      const changed = Buffer.from(entry);
      changed[at] = byte;
      transcoded += Number(agree(changed));
    }
    expect(agree(entry.subarray(0, at))).toBe(false);
  }
  expect(transcoded).toBeGreaterThan(entry.length);
});

it('hostile entries are left to the decoder, each of them', () => {
  const taken = HOSTILE_ENTRIES.filter(({ raw }) => agree(raw));
  expect(taken.map(({ name }) => name)).toEqual([]);
});

it('an id from the far past or future is left to the decoder, which flags it', () => {
  const entry = encode(buildEvent()).toString();
  for (const id of ['00000000-0000-7000-8000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff']) {
    expect(transcode(Buffer.from(entry.replace(/"id":"[^"]+"/, `"id":"${id}"`)))).toBeNull();
  }
});

it('lines lie side by side, each with its own id, and a full buffer is exchanged without a loss', () => {
  const entries = Array.from({ length: 40 }, (_, n) => encode(buildEvent({ description: `event ${n}` })));
  const out = new LineBuffer(3000);
  const rows = entries.map((entry) => toTranscodedRow(entry, out, Date.now()));
  expect(new Set(rows.map((row) => row?.lines)).size).toBeGreaterThan(1);
  rows.forEach((row, n) => {
    if (row === null) throw new Error('left to the decoder');
    expect(toEventRow(row)).toMatchObject({ id: row.id, description: `event ${n}` });
    expect(row.lines.toString('utf8', row.from, row.to)).toBe(toCopyLine(toEventRow(row)));
  });
});
