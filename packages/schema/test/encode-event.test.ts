import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineCatalogue, encodeEvent, EVENT_FLAGS, NO_REDACTION } from '../src/index.ts';
import { HOSTILE_EVENTS } from './hostile-values.ts';
import { auditlaneOf, buildContext, encodeLine, metadataOf, toRow } from './support.ts';

const EVENT = { event_type: 'user.signed_in', event_category: 'info' } as const;

describe('encodeEvent', () => {
  test('writes one line with a fixed order of keys and metadata last', () => {
    const id = '01a1fdca-0cdf-7647-b221-a3b5cfe04794';
    const line = encodeLine(
      {
        metadata: { a: 1 },
        user_agent: 'ua',
        ip_address: 'nowhere',
        description: 'd',
        host: 'h',
        outcome: 'denied',
        correlation_id: 'c',
        tenant_id: 't',
        source: 's',
        resource_id: 'r',
        resource_type: 'rt',
        user_id: 'u',
        occurred_at: 0,
        event_domain: 'api',
        severity: 'high',
        event_category: 'warning',
        event_type: 'x',
      },
      { id, producerId: 'p', producerSeq: 3 },
    );
    expect(line).toBe(
      `{"v":1,"id":"${id}","event_type":"x","event_category":"warning","severity":"high","event_domain":"api",` +
        '"occurred_at":"1970-01-01T00:00:00.000Z","user_id":"u","resource_type":"rt","resource_id":"r","source":"s",' +
        '"service_name":"shop","tenant_id":"t","correlation_id":"c","outcome":"denied","host":"h","description":"d",' +
        `"user_agent":"ua","flags":${EVENT_FLAGS.ipInvalid},"producer":"p","n":3,` +
        '"metadata":{"a":1,"_auditlane":{"original":{"ip_address":"nowhere"}}}}',
    );
  });

  test('leaves out what is absent, null or undefined', () => {
    const line = encodeLine({ ...EVENT, user_id: null, metadata: undefined, ip_address: undefined, occurred_at: null });
    expect(Object.keys(JSON.parse(line))).toEqual([
      'v',
      'id',
      'event_type',
      'event_category',
      'severity',
      'service_name',
      'producer',
      'n',
    ]);
  });

  test("an event's own words go before the defaults of the process", () => {
    expect(toRow({ ...EVENT, service_name: 'own' }).service_name).toBe('own');
    expect(toRow(EVENT).service_name).toBe('shop');
    const defaults = { correlation_id: 'of the request' };
    expect(toRow(EVENT, { defaults }).correlation_id).toBe('of the request');
    expect(toRow({ ...EVENT, correlation_id: 'own' }, { defaults }).correlation_id).toBe('own');
  });

  test('fields without a column go to metadata._auditlane', () => {
    const fields = {
      priority: 2,
      actor_type: 'service',
      risk_score: 80,
      session_id: 's',
      request_id: 12,
      reason: 'r',
      tags: ['a', 'b'],
    };
    expect(metadataOf(toRow({ ...EVENT, ...fields, metadata: { a: 1 } }))).toEqual({
      a: 1,
      _auditlane: { ...fields, request_id: '12' },
    });
  });

  test("unknown keys are kept as extra, and a caller's own _auditlane as caller", () => {
    const row = toRow({ ...EVENT, region: 'eu', metadata: { _auditlane: { mine: 1 }, a: 1 } });
    expect(metadataOf(row)).toEqual({ a: 1, _auditlane: { extra: { region: 'eu' }, caller: { mine: 1 } } });
  });

  test('additions survive metadata that exhausts the keys', () => {
    const metadata = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, 1]));
    expect(auditlaneOf(toRow({ ...EVENT, metadata, risk_score: 5, region: 'eu' }))).toEqual({
      risk_score: 5,
      extra: { region: 'eu' },
    });
  });

  test('long arrays end with the number of what was left out', () => {
    const stored = metadataOf(toRow({ ...EVENT, metadata: { list: Array.from({ length: 12_000 }, () => 1) } }));
    const list = Object(stored['list']);
    expect([list.length, list.at(-1)]).toEqual([10_001, '[2000 more]']);
  });

  test('metadata that is no plain object is kept under a name', () => {
    expect(metadataOf(toRow({ ...EVENT, metadata: new Map([['a', 1]]) }))).toEqual({
      _type: 'Map',
      entries: [['a', 1]],
    });
    expect(metadataOf(toRow({ ...EVENT, metadata: Buffer.from('abc') }))['value']).toMatch(/^\[Buffer 3 sha256:/);
    expect(metadataOf(toRow({ ...EVENT, metadata: new Error('no') }))).toMatchObject({ name: 'Error', message: 'no' });
  });

  test('a class instance as event, and null-prototype objects, count by their own data', () => {
    class SignIn {
      readonly event_type = 'user.signed_in';
      readonly event_category = 'info';
      readonly metadata = Object.assign(Object.create(null), { a: 1 });
    }
    expect(metadataOf(toRow(new SignIn()))).toEqual({ a: 1 });
  });

  test('never throws and never changes its input, whatever it is', () => {
    for (const [name, input] of HOSTILE_EVENTS) {
      expect(['encoded', 'rejected'], name).toContain(encodeEvent(input, buildContext()).kind);
    }
    const frozen = Object.freeze({ ...EVENT, metadata: Object.freeze({ a: Object.freeze([1]) }) });
    expect(metadataOf(toRow(frozen))).toEqual({ a: [1] });
  });

  test('JSON data in metadata comes back as it was', () => {
    const clean = fc
      .jsonValue({ maxDepth: 5, stringUnit: 'grapheme' })
      .filter((value) => !/\\u0000|_auditlane|e\+|\d{16}/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(clean, (value) => {
        const metadata = { value };
        expect(metadataOf(toRow({ ...EVENT, metadata }, { redact: NO_REDACTION }))).toEqual(
          JSON.parse(JSON.stringify(metadata)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('category and domain', () => {
  test('the severity follows from the category unless given', () => {
    const severityOf = (fields: object): string => toRow({ ...EVENT, ...fields }).severity;
    expect(severityOf({ event_category: 'critical' })).toBe('critical');
    expect(severityOf({ event_category: 'warning' })).toBe('medium');
    expect(severityOf({ event_category: 'info' })).toBe('info');
    expect(severityOf({ event_category: 'info', severity: 'high' })).toBe('high');
  });

  test('the domain comes from the event, else from the catalogue, else it is null', () => {
    const domainOf = (fields: object): string | null => toRow({ ...EVENT, ...fields }).event_domain;
    expect(domainOf({ event_type: 'permanent_ban_applied' })).toBe('account');
    expect(domainOf({ event_type: 'permanent_ban_applied', event_domain: 'threat' })).toBe('threat');
    expect(domainOf({ event_type: 'constructor' })).toBe(null);
  });

  test.each([
    [{ event_type: 'permanent_ban_applied', event_category: 'threat' }, 'critical', 'threat'],
    [{ event_type: 'x', event_category: 'threat' }, 'info', 'threat'],
    [{ event_type: 'x', event_category: 'threat', severity: 'critical' }, 'critical', 'threat'],
    [{ event_type: 'x', event_category: 'threat', severity: 'medium' }, 'warning', 'threat'],
    [{ event_type: 'x', event_category: 'threat', event_domain: 'api' }, 'info', 'api'],
  ])('%j is %s and about %s', (input, category, domain) => {
    expect(toRow(input)).toMatchObject({ event_category: category, event_domain: domain });
  });

  test('a domain word that event_domain overrules is kept', () => {
    const row = toRow({ event_type: 'x', event_category: 'threat', event_domain: 'api' });
    expect(auditlaneOf(row)).toEqual({ original: { event_category: 'threat' } });
  });

  test("users' own event types are known to the encoder that is given their catalogue", () => {
    const catalogue = defineCatalogue({ 'door.forced': { category: 'critical', domain: 'threat' } });
    const line = encodeLine({ event_type: 'door.forced', event_category: 'threat' }, { catalogue });
    expect(JSON.parse(line)).toMatchObject({ event_category: 'critical', event_domain: 'threat' });
    expect(catalogue['door.forced'].category).toBe('critical');
    expect(catalogue.api_key_created.resourceType).toBe('api_key');
  });

  test.each(['a b', '', 'a'.repeat(256), 'api_key_created'])('%j cannot be added to the catalogue', (name) => {
    expect(() => defineCatalogue({ [name]: { category: 'info', domain: null } })).toThrow(
      expect.objectContaining({ code: 'invalid_catalogue' }),
    );
  });
});
