import { EVENT_CATEGORIES, EVENT_DOMAINS, OUTCOMES, SEVERITIES } from '@auditlane/schema';
import { describe, expect, test } from 'vitest';
import {
  EVENT_PRIORITIES,
  findSecurityEventDefaults,
  SECURITY_EVENT_DEFAULTS,
  SecurityEventSource,
  SecurityEventType,
} from '../../../src/events/index.ts';
import { toFamilyMethod } from '../../../src/events/service/event-families.ts';

const TYPES = Object.values(SecurityEventType);

describe('the catalogue of event types', () => {
  test('every key is its value in capitals, and every value is dotted lower case', () => {
    for (const [key, type] of Object.entries(SecurityEventType)) {
      expect(key).toBe(type.toUpperCase().replaceAll('.', '_'));
      expect(type).toMatch(/^[a-z]+(\.[a-z_]+)+$/);
    }
  });

  test('has the types that the rest of the world is told of', () => {
    expect(SecurityEventType).toMatchObject({
      AUTH_LOGIN_SUCCESS: 'auth.login.success',
      AUTH_LOGIN_FAILURE: 'auth.login.failure',
      THREAT_SQL_INJECTION: 'threat.sql_injection',
      API_ERROR: 'api.error',
    });
    expect(SecurityEventSource).toMatchObject({ WEB: 'web', API: 'api', ADMIN: 'admin', MOBILE: 'mobile' });
    expect(SecurityEventSource).toMatchObject({ SYSTEM: 'system', SERVICE: 'service' });
  });

  test('has every family', () => {
    const families = new Set(TYPES.map((type) => toFamilyMethod(type)?.family));
    expect([...families].join(' ')).toBe(
      'authentication access account data api threat system manufacturing compliance session device encryption violation',
    );
  });

  test('no two types are one method', () => {
    const names = TYPES.map((type) => JSON.stringify(toFamilyMethod(type)));
    expect(new Set(names).size).toBe(TYPES.length);
  });
});

describe('the table of defaults', () => {
  test('has every type and nothing else, in words of the schema', () => {
    expect(Object.keys(SECURITY_EVENT_DEFAULTS).toSorted()).toEqual(TYPES.toSorted());
    for (const { priority, severity, category, domain, outcome } of Object.values(SECURITY_EVENT_DEFAULTS)) {
      expect(EVENT_PRIORITIES).toContain(priority);
      expect(SEVERITIES).toContain(severity);
      expect(EVENT_CATEGORIES).toContain(category);
      expect(EVENT_DOMAINS).toContain(domain);
      expect(OUTCOMES).toContain(outcome);
    }
  });

  test.each([
    ['auth.login.success', 'info', 'info', 'info', 'authentication', 'success'],
    ['auth.login.failure', 'medium', 'medium', 'warning', 'authentication', 'failure'],
    ['threat.sql_injection', 'critical', 'critical', 'critical', 'threat', 'unknown'],
    ['api.error', 'high', 'high', 'warning', 'api', 'failure'],
    ['access.denied', 'medium', 'medium', 'warning', 'authorization', 'denied'],
    ['data.exported', 'medium', 'medium', 'warning', 'data_access', 'success'],
    ['manufacturing.quality_check', 'info', 'info', 'info', 'manufacturing', 'success'],
  ] as const)('%s: priority %s, severity %s, category %s, domain %s, outcome %s', (type, ...words) => {
    const { priority, severity, category, domain, outcome } = findSecurityEventDefaults(type);
    expect([priority, severity, category, domain, outcome]).toEqual(words);
  });

  test('cannot be changed by whoever reads it', () => {
    expect(Object.isFrozen(SECURITY_EVENT_DEFAULTS)).toBe(true);
    expect(Object.values(SECURITY_EVENT_DEFAULTS).every((row) => Object.isFrozen(row))).toBe(true);
  });

  test.each([
    ['threat.port_scan', 'threat'],
    ['auth.passkey.added', 'authentication'],
    ['data_access.denied', 'data_access'],
    ['access.reviewed', 'authorization'],
    ['billing.refund.denied', 'system'],
    ['constructor', 'system'],
    ['__proto__.x', 'system'],
  ])('the unknown type %s is about %s and no more is assumed of it', (type, domain) => {
    expect(findSecurityEventDefaults(type)).toEqual({
      priority: 'info',
      severity: 'info',
      category: 'info',
      domain,
      outcome: null,
    });
  });
});
