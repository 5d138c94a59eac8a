import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEvent, LIMITS, toFlagNames } from '../src/index.ts';
import { auditlaneOf, buildContext, decodeRow, encodeLine, metadataOf } from './support.ts';

const EVENT = { event_type: 'a', event_category: 'info' } as const;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('an event over the byte limit', () => {
  test('loses the largest strings of its metadata first, each recorded with its size and hash', () => {
    const large = 'é'.repeat(20_000);
    const larger = 'ü'.repeat(25_000);
    const line = encodeLine({ ...EVENT, metadata: { small: 's', large, nested: [{ larger }] } });
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LIMITS.eventBytes);
    const row = decodeRow(line);
    expect(metadataOf(row)).toMatchObject({ small: 's', large, nested: [{ larger: `${'ü'.repeat(256)}…` }] });
    expect(auditlaneOf(row)).toEqual({
      truncated: [{ field: 'metadata.nested.0.larger', bytes: 50_000, sha256: sha256(larger) }],
    });
    expect(toFlagNames(row.flags)).toEqual(['metadataTruncated']);
  });

  test('loses large members when there is no large string', () => {
    const numbers = Array.from({ length: 9000 }, (_, index) => 1_000_000 + index);
    const row = decodeRow(
      encodeLine({ ...EVENT, metadata: { numbers, kept: [1] }, region: 'eu' }, { maxEventBytes: 4096 }),
    );
    expect(metadataOf(row)).toMatchObject({
      numbers: '[Truncated]',
      kept: [1],
      _auditlane: { extra: { region: 'eu' } },
    });
    const json = JSON.stringify(numbers);
    expect(auditlaneOf(row)['truncated']).toEqual([
      { field: 'metadata.numbers', bytes: json.length, sha256: sha256(json) },
    ]);
  });

  test('loses all of its metadata when nothing in it is large', () => {
    const metadata = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key-${index}`, index]));
    const row = decodeRow(encodeLine({ ...EVENT, metadata, risk_score: 7 }, { maxEventBytes: 2048 }));
    expect(Object.keys(metadataOf(row))).toEqual(['_auditlane']);
    expect(auditlaneOf(row)).toEqual({
      risk_score: 7,
      truncated: [{ field: 'metadata', bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
  });

  test('loses its long columns last', () => {
    const description = '\u0001'.repeat(8000);
    const row = decodeRow(encodeLine({ ...EVENT, description, metadata: { a: 1 } }, { maxEventBytes: 4096 }));
    expect(row.description).toBe(description.slice(0, 256));
    expect(auditlaneOf(row)['truncated']).toContainEqual({
      field: 'description',
      bytes: 8000,
      sha256: sha256(description),
    });
    expect(toFlagNames(row.flags)).toEqual(['truncated', 'metadataTruncated']);
  });

  test('is rejected as too large only when nothing is left to cut', () => {
    const input = { ...EVENT, user_id: 'u'.repeat(255), host: 'h'.repeat(255) };
    expect(encodeEvent(input, buildContext({ maxEventBytes: 400 }))).toMatchObject({
      kind: 'rejected',
      reason: 'too_large',
    });
  });

  test('is never written over the limit, and always says what it lost', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3000 });
    const metadata = fc.dictionary(text, fc.oneof(text, fc.array(fc.double(), { maxLength: 200 })), { maxKeys: 12 });
    fc.assert(
      fc.property(metadata, text, fc.integer({ min: 1500, max: 9000 }), (given, description, maxEventBytes) => {
        const encoded = encodeEvent({ ...EVENT, description, metadata: given }, buildContext({ maxEventBytes }));
        if (encoded.kind === 'rejected') throw new Error('an event that could be cut was rejected');
        expect(Buffer.byteLength(encoded.line)).toBeLessThanOrEqual(maxEventBytes);
        const row = decodeRow(encoded.line);
        expect(row.flags).toBe(encoded.flags);
        const wasCut = toFlagNames(row.flags).some((name) => name.toLowerCase().includes('truncated'));
        expect(auditlaneOf(row)['truncated'] !== undefined).toBe(wasCut);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps a bounded number of records, and counts the rest', () => {
    const metadata = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'x'.repeat(5000)]));
    const auditlane = auditlaneOf(decodeRow(encodeLine({ ...EVENT, metadata }, { maxEventBytes: 30_000 })));
    expect(auditlane['truncated']).toHaveLength(LIMITS.truncatedRecords);
    expect(auditlane['truncated_more']).toBeGreaterThan(0);
  });
});

test('each text column is cut at its own limit', () => {
  for (const [field, limit] of Object.entries(LIMITS.text)) {
    if (['event_type', 'producer', 'ip_address', 'occurred_at'].includes(field)) continue;
    const row = decodeRow(encodeLine({ ...EVENT, [field]: 'x'.repeat(limit + 1) }));
    expect(auditlaneOf(row)['truncated'], field).toEqual([
      { field, bytes: limit + 1, sha256: sha256('x'.repeat(limit + 1)) },
    ]);
    expect(decodeRow(encodeLine({ ...EVENT, [field]: 'x'.repeat(limit) })).flags, field).toBe(0);
  }
});
