import { describe, expect, test } from 'vitest';
import { decodeEntry, EVENT_FLAGS, SCHEMA_VERSION, uuidFloor, uuidTimeMs } from '../src/index.ts';
import { auditlaneOf, buildContext, decodeRow, encodeLine, metadataOf, toRow } from './support.ts';

const ID = '01a1fdca-0cdf-7647-b221-a3b5cfe04794';

function entry(members: Record<string, unknown>): string {
  return JSON.stringify({ v: 1, id: ID, event_type: 'a', event_category: 'info', ...members });
}

describe('decoding what our client wrote', () => {
  test('a full event comes back field by field', () => {
    const context = buildContext({ producerSeq: 42, defaults: { service_name: 'shop', host: 'web-1', source: 'app' } });
    const row = toRow(
      {
        event_type: 'api_key_created',
        event_category: 'info',
        severity: 'low',
        outcome: 'success',
        user_id: 17,
        resource_type: 'api_key',
        resource_id: 9n,
        tenant_id: 't1',
        correlation_id: 'c1',
        description: 'made "it"\n',
        user_agent: 'curl/8',
        ip_address: '10.0.0.1',
        occurred_at: '2026-11-21T10:00:00Z',
        metadata: { key_name: 'prod', scopes: ['read'] },
      },
      context,
    );
    expect(row).toEqual({
      id: context.id,
      occurred_at: '2026-11-21T10:00:00.000Z',
      event_domain: 'api',
      user_id: '17',
      resource_type: 'api_key',
      resource_id: '9',
      event_type: 'api_key_created',
      event_category: 'info',
      severity: 'low',
      source: 'app',
      service_name: 'shop',
      tenant_id: 't1',
      correlation_id: 'c1',
      outcome: 'success',
      host: 'web-1',
      description: 'made "it"\n',
      metadata: '{"key_name":"prod","scopes":["read"]}',
      ip_address: '10.0.0.1',
      user_agent: 'curl/8',
      producer_id: 'producer-1',
      producer_seq: 42,
      schema_version: SCHEMA_VERSION,
      flags: 0,
    });
  });

  test('bytes and text of a line give the same row', () => {
    const line = encodeLine({ event_type: 'a', event_category: 'critical', description: 'é👍' });
    expect(decodeEntry(Buffer.from(line))).toEqual(decodeEntry(line));
  });

  test('an id a day ahead, or older than expected, is stored and flagged', () => {
    const nowMs = uuidTimeMs(ID);
    const flagsAt = (options: { nowMs: number; oldestMs?: number }): number => {
      const decoded = decodeEntry(entry({}), options);
      return decoded.kind === 'event' ? decoded.row.flags : -1;
    };
    expect(flagsAt({ nowMs })).toBe(0);
    expect(flagsAt({ nowMs: nowMs - 86_400_000 })).toBe(0);
    expect(flagsAt({ nowMs: nowMs - 86_400_001 })).toBe(EVENT_FLAGS.timeSuspect);
    expect(flagsAt({ nowMs: nowMs + 366 * 86_400_000 })).toBe(0);
    expect(flagsAt({ nowMs: nowMs + 366 * 86_400_000 + 1 })).toBe(EVENT_FLAGS.timeSuspect);
    expect(flagsAt({ nowMs, oldestMs: nowMs })).toBe(0);
    expect(flagsAt({ nowMs, oldestMs: nowMs + 1 })).toBe(EVENT_FLAGS.timeSuspect);
  });

  test('an entry over the byte limit is rejected, one at the limit is not', () => {
    const line = entry({ description: 'é' });
    const bytes = Buffer.byteLength(line);
    expect(decodeEntry(line, { maxEntryBytes: bytes }).kind).toBe('event');
    expect(decodeEntry(line, { maxEntryBytes: bytes - 1 })).toMatchObject({ kind: 'rejected', reason: 'too_large' });
    expect(decodeEntry(Buffer.from(line), { maxEntryBytes: bytes - 1 }).kind).toBe('rejected');
  });
});

describe('decoding what others wrote', () => {
  test('an upper-case id is stored in lower case, a missing version is 1', () => {
    const decoded = decodeEntry(`{"id":"${ID.toUpperCase()}","event_type":"a","event_category":"info"}`);
    expect(decoded).toMatchObject({ kind: 'event', row: { id: ID, schema_version: 1, severity: 'info' } });
  });

  test('unknown keys are kept in metadata beside what the entry has there', () => {
    const row = decodeRow(entry({ region: 'eu', metadata: { a: 1, _auditlane: { tags: ['x'], extra: { b: 2 } } } }));
    expect(metadataOf(row)).toEqual({ a: 1, _auditlane: { tags: ['x'], extra: { b: 2, region: 'eu' } } });
  });

  test('fields without a column are kept under the names the client uses', () => {
    const row = decodeRow(entry({ risk_score: 80, session_id: 's', tags: ['a'], priority: 2, actor_type: 'user' }));
    expect(auditlaneOf(row)).toEqual({ risk_score: 80, session_id: 's', tags: ['a'], priority: 2, actor_type: 'user' });
    expect(row.flags).toBe(0);
  });

  test('a field of a wrong type or with an unknown word is kept in extra and flagged', () => {
    const row = decodeRow(
      entry({ user_id: true, severity: 'loud', outcome: 1, n: -1, metadata: [1], risk_score: 101 }),
    );
    expect(row).toMatchObject({ user_id: null, severity: 'info', outcome: null, producer_seq: null });
    expect(row.flags).toBe(EVENT_FLAGS.fieldInvalid);
    expect(auditlaneOf(row)).toEqual({
      extra: { user_id: true, severity: 'loud', outcome: 1, n: -1, metadata: [1], risk_score: 101 },
    });
  });

  test('numbers become text, addresses and times are normalised, what is none is kept', () => {
    const row = decodeRow(
      entry({ user_id: 7, ip_address: '::ffff:10.0.0.1', occurred_at: '2026-13-45', extra_key: null }),
    );
    expect(row).toMatchObject({ user_id: '7', ip_address: '10.0.0.1', occurred_at: null });
    expect(row.flags).toBe(EVENT_FLAGS.timeInvalid);
    expect(auditlaneOf(row)).toEqual({ original: { occurred_at: '2026-13-45' }, extra: { extra_key: null } });
  });

  test('a domain word as event_category is the domain', () => {
    const row = decodeRow(entry({ event_category: 'authentication', severity: 'high' }));
    expect(row).toMatchObject({ event_category: 'warning', event_domain: 'authentication', severity: 'high' });
  });

  test('records of cutting by the producer and by the worker are both kept', () => {
    const line = entry({ user_id: 'u'.repeat(300), metadata: { _auditlane: { truncated: [{ field: 'x' }] } } });
    expect(auditlaneOf(decodeRow(line))).toMatchObject({
      truncated_by_producer: [{ field: 'x' }],
      truncated: [{ field: 'user_id', bytes: 300 }],
    });
  });

  test('secrets are left as the producer wrote them: masking is its decision', () => {
    expect(metadataOf(decodeRow(entry({ other: 1, metadata: { password: 'x' } })))).toMatchObject({ password: 'x' });
  });

  test('a key written twice, or a nested metadata, is read as JSON reads it', () => {
    const line = `{"v":1,"id":"${ID}","event_type":"a","event_category":"info","n":1,"metadata":{"metadata":{}},"n":2}`;
    expect(decodeRow(line)).toMatchObject({ producer_seq: 2, metadata: '{"metadata":{}}' });
  });

  test('an id from before 1970 plus one is as good as any', () => {
    const id = `${uuidFloor(0).slice(0, 14)}7${uuidFloor(0).slice(15, 19)}8${uuidFloor(0).slice(20)}`;
    expect(decodeEntry(entry({ id })).kind).toBe('event');
  });
});
