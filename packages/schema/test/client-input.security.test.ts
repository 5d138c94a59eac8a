import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkEvent, encodeEvent, EVENT_FLAGS, toFlagNames } from '../src/index.ts';
import { auditlaneOf, buildContext, encodeLine, storeMetadata, toRow } from './support.ts';

const EVENT = { event_type: 'user.signed_in', event_category: 'info' } as const;

function pathsOf(input: unknown): readonly string[] {
  const encoded = encodeEvent(input, buildContext());
  return encoded.kind === 'rejected' ? encoded.issues.map((issue) => issue.path) : [];
}

describe('the fields that logAudit is given', () => {
  test.each([undefined, null, 42, 'x', [], () => EVENT, Symbol('x'), 10n, true])(
    'row 1: %s is rejected as no event',
    (input) => {
      const encoded = encodeEvent(input, buildContext());
      expect(encoded).toMatchObject({ kind: 'rejected', reason: 'invalid' });
      expect(checkEvent(input)).not.toBe(null);
    },
  );

  test.each([undefined, '', '   ', 'user signed in', 'a\n', 'é', 7])(
    'row 2: the event_type %j is rejected and the field is named',
    (eventType) => expect(pathsOf({ ...EVENT, event_type: eventType })).toEqual(expect.arrayContaining(['event_type'])),
  );

  test('row 3: an event_type of 10,000 characters is cut to 255, flagged, and its length and hash are kept', () => {
    const long = 'a'.repeat(10_000);
    const row = toRow({ ...EVENT, event_type: long });
    expect(row.event_type).toBe('a'.repeat(255));
    expect(row.flags).toBe(EVENT_FLAGS.truncated);
    const sha256 = createHash('sha256').update(long).digest('hex');
    expect(auditlaneOf(row)).toEqual({ truncated: [{ field: 'event_type', bytes: 10_000, sha256 }] });
  });

  test('row 12: an invalid Date as occurred_at leaves the time of the id, flagged; nested it is "Invalid Date"', () => {
    const row = toRow({ ...EVENT, occurred_at: new Date(Number.NaN), metadata: { at: new Date(Number.NaN) } });
    expect(row.occurred_at).toBe(null);
    expect(toFlagNames(row.flags)).toContain('timeInvalid');
    expect(auditlaneOf(row)).toEqual({ original: { occurred_at: 'Invalid Date' } });
    expect(JSON.parse(row.metadata ?? '').at).toBe('Invalid Date');
  });

  test('row 16: a change after the call is not seen', () => {
    const metadata = { list: [1], nested: { a: 1 } };
    const input = { ...EVENT, user_id: 'ann', metadata };
    const line = encodeLine(input);
    input.user_id = 'bob';
    metadata.list.push(2);
    metadata.nested.a = 2;
    expect(line).toContain('"user_id":"ann"');
    expect(line).toContain('"metadata":{"list":[1],"nested":{"a":1}}');
  });

  test('row 17: U+0000 becomes U+FFFD in every string and key, flagged', () => {
    const row = toRow({ ...EVENT, user_id: 'a\0b', description: '\0', metadata: { 'k\0': 'v\0', list: ['\0'] } });
    expect(row).toMatchObject({ user_id: 'a\ufffdb', description: '\ufffd', flags: EVENT_FLAGS.nul });
    expect(JSON.parse(row.metadata ?? '')).toEqual({ 'k\ufffd': 'v\ufffd', list: ['\ufffd'] });
  });

  test('row 18: lone surrogates become U+FFFD in every string and key, flagged; pairs stay', () => {
    const row = toRow({ ...EVENT, user_id: '\ud800x', description: '👍', metadata: { '\udc00': '\ud800', ok: '👍' } });
    expect(row).toMatchObject({ user_id: '\ufffdx', description: '👍', flags: EVENT_FLAGS.surrogate });
    expect(JSON.parse(row.metadata ?? '')).toEqual({ '\ufffd': '\ufffd', ok: '👍' });
  });

  test('row 18: a cut never halves a surrogate pair', () => {
    const row = toRow({ ...EVENT, user_id: `${'a'.repeat(254)}👍👍` });
    expect(row.user_id).toBe('a'.repeat(254));
    expect(toFlagNames(row.flags)).toEqual(['truncated']);
  });

  test('rows 17 and 18: keys that cleaning makes equal stay apart', () => {
    const stored = storeMetadata({ 'a\0': 1, 'a\ud800': 2, 'a\ufffd': 3 });
    expect(Object.values(stored).toSorted()).toEqual([1, 2, 3]);
  });

  test('row 19: line ends, escape sequences and bidirectional overrides are stored verbatim', () => {
    const text = 'ok\r\nlevel=error fake\u001b[31m\u202ecod.exe\u2028';
    const row = toRow({ ...EVENT, description: text, metadata: { text } });
    expect(row.description).toBe(text);
    expect(JSON.parse(row.metadata ?? '')).toEqual({ text });
    expect(encodeLine({ ...EVENT, description: text })).not.toMatch(/[\r\n\u001b]/);
  });

  test.each(['999.1.1.1', '10.0.0.0/8', '1.2.3.4, 5.6.7.8', 'localhost', '1.2.3.4:80', '', '01.2.3.4', '::1%', '::g'])(
    'row 20: the ip_address %j is stored as null, flagged, with the original in metadata',
    (address) => {
      const row = toRow({ ...EVENT, ip_address: address });
      expect(row).toMatchObject({ ip_address: null, flags: EVENT_FLAGS.ipInvalid });
      expect(auditlaneOf(row)).toEqual({ original: { ip_address: address } });
    },
  );

  test.each([
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['10.0.0.1', '10.0.0.1'],
  ])('row 20: the ip_address %s is stored as %s', (given, stored) => {
    expect(toRow({ ...EVENT, ip_address: given })).toMatchObject({ ip_address: stored, flags: 0 });
  });

  test('row 20: an ip_address of 10 KB, or of another type, is no reason to refuse the event', () => {
    const row = toRow({ ...EVENT, ip_address: '1'.repeat(10_240) });
    expect(row.ip_address).toBe(null);
    expect(auditlaneOf(row)).toMatchObject({ truncated: [{ field: 'ip_address', bytes: 10_240 }] });
    expect(auditlaneOf(toRow({ ...EVENT, ip_address: ['1.2.3.4'] }))).toEqual({
      original: { ip_address: ['1.2.3.4'] },
    });
  });

  test.each([
    '+294277-01-01T00:00:00Z',
    '-005000-01-01',
    '2026-13-45',
    '2026-02-30',
    1.8e15,
    -1,
    'yesterday',
    '1763718000',
    {},
    true,
  ])('row 21: the occurred_at %j is stored as null, flagged, with the original in metadata', (occurredAt) => {
    const row = toRow({ ...EVENT, occurred_at: occurredAt });
    expect(row).toMatchObject({ occurred_at: null, flags: EVENT_FLAGS.timeInvalid });
    expect(auditlaneOf(row)).toEqual({ original: { occurred_at: occurredAt } });
  });

  test.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.123456Z', '2026-11-21T10:00:00.123456Z'],
    ['2026-11-21 10:00:00,5+0130', '2026-11-21T08:30:00.500Z'],
    ['2026-11-21T10:00', '2026-11-21T10:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    [1_763_718_000_123, '2025-11-21T09:40:00.123Z'],
    [new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
  ])('row 21: the occurred_at %s is stored as %s', (given, stored) => {
    expect(toRow({ ...EVENT, occurred_at: given })).toMatchObject({ occurred_at: stored, flags: 0 });
  });

  test.each(['01a1fdca-0cdf-7647-b221-a3b5cfe04794', 'not-a-uuid', 'ffffffff-ffff-7fff-bfff-ffffffffffff', 1, null])(
    'rows 23 and 24: the id %j of a caller is refused, so that no two bodies share one',
    (id) => expect(pathsOf({ ...EVENT, id })).toEqual(['id']),
  );

  test.each([
    ['user_id', 'admin'],
    ['id', 'evil'],
    ['metadata', { forged: true }],
    ['event_domain', 'account'],
    ['reason', 'forged'],
    ['ip_address', '203.0.113.66'],
  ])('row 15: a %s that somebody put on Object.prototype is in no event and refuses none', (name, value) => {
    const clean = toRow(EVENT);
    Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true });
    try {
      const encoded = encodeEvent({ ...EVENT }, buildContext());
      const missing = encodeEvent({ event_type: 'a.b' }, buildContext());
      Reflect.deleteProperty(Object.prototype, name);
      expect(encoded).toMatchObject({ kind: 'encoded', line: expect.not.stringContaining(JSON.stringify(value)) });
      expect(missing).toMatchObject({ kind: 'rejected', issues: [{ path: 'event_category' }] });
      expect(toRow(EVENT)).toMatchObject({ user_id: clean.user_id, metadata: null });
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });
});
