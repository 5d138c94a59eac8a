import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEntry, encodeDeadLetter, EVENT_FLAGS, toDeadLetter, toFlagNames } from '../src/index.ts';
import { HOSTILE_VALUES } from './hostile-values.ts';
import { auditlaneOf, decodeRow, encodeLine, expectStorable, metadataOf } from './support.ts';

const ID = '01a1fdca-0cdf-7647-b221-a3b5cfe04794';
const HEAD = `{"v":1,"id":"${ID}","event_type":"a","event_category":"info"`;
const RUNS = 5000;

/** Whatever the verdict is, it must be one, and a row must be storable. */
function expectVerdict(raw: string | Buffer): string {
  const decoded = decodeEntry(raw);
  if (decoded.kind === 'event') expectStorable(decoded.row);
  return decoded.kind;
}

describe('what stands in the queue', () => {
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'undecodable'],
    ['HTML', '<html><body>502</body></html>', 'undecodable'],
    ['a number', '42', 'undecodable'],
    ['null', 'null', 'undecodable'],
    ['an array', '[{}]', 'undecodable'],
    ['half an entry', HEAD, 'undecodable'],
    ['two entries', `${HEAD}}${HEAD}}`, 'undecodable'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'undecodable'],
    ['a surrogate in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex'), 'undecodable'],
    ['a byte order mark', Buffer.from(`\ufeff${HEAD}}`), 'undecodable'],
    ['a raw NUL in a string', `${HEAD},"user_id":"\0"}`, 'undecodable'],
    ['no id', '{"v":1,"event_type":"a","event_category":"info"}', 'missing_id'],
    ['an empty id', '{"id":"","event_type":"a","event_category":"info"}', 'missing_id'],
    ['an id of another version', '{"id":"9b2f6f5e-3c1d-4b1a-8f00-000000000000"}', 'invalid_id'],
    ['an id that is a number', '{"id":7}', 'invalid_id'],
    ['a version that is none', `{"v":"1","id":"${ID}"}`, 'invalid_field'],
    ['no event_type', `{"id":"${ID}","event_category":"info"}`, 'invalid_field'],
    ['an event_type with a blank', `{"id":"${ID}","event_type":"a b","event_category":"info"}`, 'invalid_field'],
    ['an unknown event_category', `{"id":"${ID}","event_type":"a","event_category":"urgent"}`, 'invalid_field'],
  ])('row 89: %s is parked as what it is', (_name, raw, reason) => {
    expect(decodeEntry(raw)).toMatchObject({ kind: 'rejected', reason });
  });

  test('row 89: an entry of a newer format is held, whatever else is in it', () => {
    expect(decodeEntry('{"v":2,"id":{"new":"shape"}}')).toEqual({ kind: 'newer', version: 2 });
  });

  test('row 89: an element of 512 MB is parked without being read, and its dead letter is bounded', () => {
    const raw = Buffer.alloc(512 * 1024 * 1024, 0x61);
    expect(decodeEntry(raw)).toMatchObject({ kind: 'rejected', reason: 'too_large', id: null });
    const at = new Date(0);
    const letter = toDeadLetter({
      raw,
      id: null,
      reason: 'too_large',
      detail: 'x',
      attempts: 1,
      firstAt: at,
      lastAt: at,
      worker: 'w',
    });
    expect(letter).toMatchObject({ raw_bytes: raw.length });
    expect(encodeDeadLetter(letter).length).toBeLessThan(1_100_000);
  });

  test('row 89: any bytes get a verdict', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeEntry(Buffer.from(bytes)).kind).toBe('rejected');
      }),
      { numRuns: RUNS },
    );
  });

  test('row 89: any JSON value gets a verdict, alone and in every field of an entry', () => {
    const fields = [
      'v',
      'event_category',
      'user_id',
      'occurred_at',
      'ip_address',
      'flags',
      'n',
      'producer',
      'metadata',
      'outcome',
    ];
    const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
    let stored = 0;
    fc.assert(
      fc.property(value, fc.constantFrom(...fields, 'unknown', '__proto__'), (json, field) => {
        expect(expectVerdict(JSON.stringify(json))).toBe('rejected');
        stored += expectVerdict(`${HEAD},"${field}":${JSON.stringify(json)}}`) === 'event' ? 1 : 0;
      }),
      { numRuns: RUNS },
    );
    expect(stored).toBeGreaterThan(RUNS / 2);
  });

  test('row 89: an entry with bytes changed, lost, added or repeated gets a verdict', () => {
    const entry = Buffer.from(
      encodeLine({
        event_type: 'user.signed_in',
        event_category: 'warning',
        user_id: 'ünï\u0001"\\',
        occurred_at: new Date(),
        ip_address: '10.0.0.1',
        metadata: { n: 1.5, list: [1, { deep: true }], text: '\u2028', extra: 'x'.repeat(50) },
      }),
    );
    const seen = new Set<string>();
    const edit = fc.tuple(fc.nat(entry.length), fc.nat(20), fc.uint8Array({ maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let mutated = entry;
        for (const [at, removed, added] of edits) {
          mutated = Buffer.concat([mutated.subarray(0, at), added, mutated.subarray(at + removed)]);
        }
        seen.add(expectVerdict(mutated));
      }),
      { numRuns: RUNS },
    );
    expect([...seen].toSorted()).toEqual(expect.arrayContaining(['event', 'rejected']));
  });

  test.each(HOSTILE_VALUES.map(([name, value]) => ({ name, value })))(
    'row 89: $name, as another producer writes it, is stored or named',
    ({ value }) => {
      let json: string | undefined;
      try {
        json = JSON.stringify(value);
      } catch {
        json = undefined;
      }
      for (const field of ['user_id', 'metadata', 'unknown', 'occurred_at', 'ip_address', 'severity', 'n', 'flags']) {
        if (json !== undefined && json.length < 100_000)
          expect(expectVerdict(`${HEAD},"${field}":${json}}`)).toBe('event');
      }
    },
  );
});

describe('what Postgres would refuse', () => {
  test('row 89: escapes of NUL and of lone surrogates are replaced and flagged, in texts, values and keys', () => {
    const row = decodeRow(`${HEAD},"user_id":"a\\u0000","metadata":{"k\\u0000":"\\ud800","pair":"\\ud83d\\ude00"}}`);
    expect(row.user_id).toBe('a\ufffd');
    expect(metadataOf(row)).toEqual({ 'k\ufffd': '\ufffd', pair: '😀' });
    expect(toFlagNames(row.flags)).toEqual(['nul', 'surrogate']);
  });

  test('row 89: a lone surrogate in a string entry is replaced and flagged', () => {
    expect(decodeRow(`${HEAD},"user_id":"a\ud800"}`)).toMatchObject({
      user_id: 'a\ufffd',
      flags: EVENT_FLAGS.surrogate,
    });
  });

  test.each(['1e400', '-1e200000', '9007199254740993', '12345678901234567890123', '1e-400', '-1.5e-9999'])(
    'row 89: the number %s, which a double changes, is kept as its text',
    (number) => {
      const row = decodeRow(`${HEAD},"metadata":{"value":${number}}}`);
      expect(metadataOf(row)).toEqual({ value: number });
      expect(decodeRow(`${HEAD},"user_id":${number}}`).user_id).toBe(number);
    },
  );

  test('row 89: zero is zero however it is written', () => {
    const row = decodeRow(`${HEAD},"metadata":{"list":[0,-0,0.0,0e5,1e400]}}`);
    expect(metadataOf(row)).toEqual({ list: [0, 0, 0, 0, '1e400'] });
  });

  test('row 89: metadata of depth 100,000 is cut, not refused', () => {
    const row = decodeRow(`${HEAD},"metadata":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    expect(toFlagNames(row.flags)).toContain('metadataTruncated');
    expect(row.metadata).toContain('[Depth]');
  });

  test('row 89: a text over its limit is cut as the client cuts it', () => {
    const row = decodeRow(`${HEAD},"user_id":"${'u'.repeat(3000)}"}`);
    expect(row.user_id).toBe('u'.repeat(255));
    expect(auditlaneOf(row)).toMatchObject({ truncated: [{ field: 'user_id', bytes: 3000 }] });
  });

  test('row 89: an event_type over its limit is cut as the client cuts it', () => {
    const row = decodeRow(`{"id":"${ID}","event_type":"${'a'.repeat(3000)}","event_category":"info"}`);
    expect(row).toMatchObject({ event_type: 'a'.repeat(255), flags: EVENT_FLAGS.truncated });
  });
});
