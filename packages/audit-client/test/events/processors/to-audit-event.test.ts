import { checkEvent } from '@auditlane/schema';
import { HOSTILE_METADATA } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { toAuditEvent } from '../../../src/events/processors/to-audit-event.ts';
import type { SecurityEvent } from '../../../src/events/index.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

const convert = (details: Record<string, unknown>, overrides: Partial<SecurityEvent> = {}) =>
  toAuditEvent(buildSecurityEvent({ details, ...overrides }));

test('an event keeps its id, type, source, severity and time, and gets domain, category and outcome of its type', () => {
  const event = buildSecurityEvent({
    type: 'auth.login.failure',
    severity: 'medium',
    correlationId: 'c-1',
    source: 'web',
  });
  expect(toAuditEvent(event)).toMatchObject({
    id: event.id,
    event_type: 'auth.login.failure',
    event_category: 'warning',
    event_domain: 'authentication',
    severity: 'medium',
    source: 'web',
    correlation_id: 'c-1',
    occurred_at: event.occurredAt,
    outcome: 'failure',
    priority: 1,
    metadata: {},
  });
});

describe('details that name a column', () => {
  test.each([
    ['userId', 'user_id', 'u-1'],
    ['userId', 'user_id', 17],
    ['resourceType', 'resource_type', 'order'],
    ['resourceId', 'resource_id', 17n],
    ['ipAddress', 'ip_address', '203.0.113.9'],
    ['userAgent', 'user_agent', 'curl'],
    ['sessionId', 'session_id', 's'],
    ['tenantId', 'tenant_id', 't'],
    ['serviceName', 'service_name', 'billing'],
    ['requestId', 'request_id', 'r'],
    ['outcome', 'outcome', 'denied'],
    ['reason', 'reason', 'bad password'],
    ['description', 'description', 'text'],
    ['host', 'host', 'web-1'],
    ['actorType', 'actor_type', 'service'],
    ['riskScore', 'risk_score', 70],
    ['tags', 'tags', ['a']],
  ])('%s fills %s, in either spelling, and is not in the metadata', (camel, snake, value) => {
    for (const name of [camel, snake]) {
      const { metadata, ...fields } = convert({ [name]: value });
      expect(fields).toMatchObject({ [snake]: value });
      expect(metadata).toEqual({});
    }
  });

  test('snake_case wins over camelCase in either order, and the other stays in the metadata', () => {
    for (const details of [
      { userId: 'camel', user_id: 'snake' },
      { user_id: 'snake', userId: 'camel' },
    ]) {
      expect(convert(details)).toMatchObject({ user_id: 'snake', metadata: { userId: 'camel' } });
    }
  });

  test('a value that the column does not take stays in the metadata under its own name', () => {
    const details = {
      userId: { id: 1 },
      outcome: 'maybe',
      riskScore: 700,
      tags: 'a',
      reason: null,
      actorType: 'robot',
    };
    const { metadata, ...fields } = convert(details);
    expect(metadata).toEqual(details);
    expect(fields).toMatchObject({ outcome: 'failure' });
    expect(fields).not.toHaveProperty('user_id');
  });

  test('what the event itself says cannot be said by a detail', () => {
    const details = {
      event_type: 'x',
      event_category: 'critical',
      severity: 'critical',
      source: 'y',
      id: 'z',
      occurred_at: 1,
      priority: 2,
    };
    expect(convert(details)).toMatchObject({
      event_type: 'auth.login.failure',
      severity: 'medium',
      source: 'web',
      priority: 1,
      metadata: details,
    });
  });
});

test('a type with characters that no event_type has is stored under the nearest one, and kept', () => {
  expect(convert({}, { type: 'käse gekauft!' })).toMatchObject({
    event_type: 'k_se_gekauft_',
    metadata: { type: 'käse gekauft!' },
  });
  expect(convert({}, { type: 'x'.repeat(300) }).event_type).toHaveLength(255);
});

test('a summary says how many events it stands for, from when to when, and which was the first', () => {
  const coalesced = { count: 41, firstAt: 0, lastAt: 59_000, firstId: '01a1fdca-0cdf-7647-b221-000000000001' };
  expect(convert({ userId: 'u' }, { coalesced })).toMatchObject({
    user_id: 'u',
    metadata: {
      count: 41,
      first_at: '1970-01-01T00:00:00.000Z',
      last_at: '1970-01-01T00:00:59.000Z',
      first_id: coalesced.firstId,
    },
  });
});

test('details of the names that a summary needs stay beside them, and those of a plain event stay where they are', () => {
  const details = { count: 500, first_id: 'mine', kept: 1 };
  expect(convert(details).metadata).toEqual(details);
  const coalesced = { count: 3, firstAt: 0, lastAt: 0, firstId: '01a1fdca-0cdf-7647-b221-000000000001' };
  expect(convert(details, { coalesced }).metadata).toEqual({
    kept: 1,
    count: 3,
    first_at: '1970-01-01T00:00:00.000Z',
    last_at: '1970-01-01T00:00:00.000Z',
    first_id: coalesced.firstId,
    _replaced: { count: 500, first_id: 'mine' },
  });
  expect(convert({ count: 1, _replaced: 'too' }, { coalesced }).metadata).toMatchObject({
    count: 3,
    _replaced: { count: 1, _replaced: 'too' },
  });
  expect(convert({ _replaced: 'mine' }, { coalesced }).metadata).toMatchObject({ _replaced: 'mine' });
});

test('a correlation id among the details stays when the call gives another one', () => {
  for (const name of ['correlationId', 'correlation_id']) {
    expect(convert({ [name]: 'theirs' }, { correlationId: 'c-1' })).toMatchObject({
      correlation_id: 'c-1',
      metadata: { [name]: 'theirs' },
    });
    expect(convert({ [name]: 17 }, { correlationId: '17' })).toMatchObject({ correlation_id: '17', metadata: {} });
    expect(convert({ [name]: 'c-1' }, { correlationId: 'c-1' }).metadata).toEqual({});
  }
  expect(convert({ correlationId: 'camel', correlation_id: 'snake' }, { correlationId: 'c-1' })).toMatchObject({
    correlation_id: 'c-1',
    metadata: { correlationId: 'camel', correlation_id: 'snake' },
  });
});

test('any details at all make a valid event', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const all: unknown[] = [
    ...Object.values(HOSTILE_METADATA).map(({ make }) => make()),
    null,
    5,
    'x',
    [],
    revoked.proxy,
  ];
  for (const details of all) {
    const { id: _, ...event } = toAuditEvent(buildSecurityEvent({ details: details as SecurityEvent['details'] }));
    expect(checkEvent(event)).toBeNull();
  }
});

test('accessors are not run, and __proto__ is a key like any other', () => {
  const details = Object.defineProperty(JSON.parse('{"__proto__":{"userId":"evil"},"a":1}'), 'user_id', {
    enumerable: true,
    get: () => expect.unreachable(),
  });
  const event = convert(details);
  expect(event.metadata).toMatchObject({ a: 1, user_id: '[Getter]' });
  expect(Object.getOwnPropertyDescriptor(event.metadata, '__proto__')?.value).toEqual({ userId: 'evil' });
  expect(Object.hasOwn(event, 'user_id')).toBe(false);
});

test('of details with more keys than an entry keeps, the columns are filled and the rest is left to the encoder', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]));
  const details = { ...many, userId: 'u-1' };
  const { metadata, ...fields } = convert(details);
  expect(fields).toMatchObject({ user_id: 'u-1' });
  expect(metadata).toEqual({ details });
});
