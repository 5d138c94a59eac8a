import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeEvent, LIMITS, toFlagNames } from '../src/index.ts';
import { HOSTILE_VALUES } from './hostile-values.ts';
import { auditlaneOf, buildContext, storeMetadata, toRow } from './support.ts';

const EVENT = { event_type: 'user.signed_in', event_category: 'info' } as const;

function pathsOf(input: unknown): readonly string[] {
  const encoded = encodeEvent(input, buildContext());
  return encoded.kind === 'rejected' ? encoded.issues.map((issue) => issue.path) : [];
}

function flagsOf(input: unknown): readonly string[] {
  return toFlagNames(toRow(input).flags);
}

describe('the metadata that logAudit is given', () => {
  test('row 4: a circular object is stored with "[Circular]" at the back edge, a shared one twice', () => {
    const shared = { a: 1 };
    const metadata: Record<string, unknown> = { left: shared, right: shared };
    metadata['self'] = metadata;
    metadata['list'] = [metadata];
    expect(storeMetadata(metadata)).toEqual({ left: shared, right: shared, self: '[Circular]', list: ['[Circular]'] });
  });

  test('row 5: a BigInt is stored in decimal with a tag of its type, and as text in a text field', () => {
    const value = 2n ** 64n;
    expect(storeMetadata({ value })).toEqual({ value: { _type: 'BigInt', value: '18446744073709551616' } });
    expect(toRow({ ...EVENT, user_id: value }).user_id).toBe('18446744073709551616');
    expect(JSON.stringify(storeMetadata({ value: 2n ** 200_000n }))).toContain('more than 1000 digits');
  });

  test('row 6: an object of depth 10,000 is cut at depth 32 with "[Depth]"', () => {
    let value: unknown = 'bottom';
    for (let level = 0; level < 10_000; level += 1) value = { deeper: value };
    let stored: unknown = storeMetadata(value);
    let depth = 0;
    for (; typeof stored === 'object'; depth += 1) stored = Object(stored).deeper;
    expect([depth, stored]).toEqual([32, '[Depth]']);
    expect(flagsOf({ ...EVENT, metadata: value })).toContain('metadataTruncated');
  });

  test('row 7: of 1,000,000 keys the first 1,000 are kept and the rest is counted', () => {
    const metadata = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`k${index}`, 1]));
    const stored = storeMetadata(metadata);
    expect(Object.keys(stored)).toHaveLength(1001);
    expect(stored).toMatchObject({ k0: 1, k999: 1, _dropped_keys: 999_000 });
  });

  test('row 7: of 1,000,000 unknown keys beside the fields the first 500 are kept and the rest is counted', () => {
    const input: Record<string, unknown> = { ...EVENT };
    for (let index = 0; index < 1_000_000; index += 1) input[`k${index}`] = 1;
    const row = toRow(input);
    expect(toFlagNames(row.flags)).toEqual(['metadataTruncated']);
    expect(Object.keys(Object(auditlaneOf(row)['extra']))).toHaveLength(501);
    expect(auditlaneOf(row)['extra']).toMatchObject({ k499: 1, _dropped_keys: 999_500 });
  });

  test('row 7: keys count in all nested objects together', () => {
    const part = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, 1]));
    const stored = storeMetadata({ a: part, b: part, c: 1 });
    expect(Object.keys(Object(stored['a']))).toHaveLength(600);
    expect(Object(stored['b'])._dropped_keys).toBe(202);
    expect(stored['_dropped_keys']).toBe(1);
  });

  test('row 8: a string of 100 MB is cut, with its length and a hash of its beginning', () => {
    const long = Buffer.alloc(100_000_000, 'x').toString('latin1');
    const row = toRow({ ...EVENT, description: long, metadata: { long } });
    expect(row.description).toHaveLength(LIMITS.text.description);
    const record = {
      characters: 100_000_000,
      sha256: createHash('sha256').update(long.slice(0, LIMITS.hashedPrefix)).digest('hex'),
      sha256_of: 'the first 1048576 characters',
    };
    expect(auditlaneOf(row)['truncated']).toEqual([
      { field: 'description', ...record },
      { field: 'metadata.long', ...record },
    ]);
  });

  test('row 9: a Buffer of 10 MB is stored as its size and hash', () => {
    const buffer = Buffer.alloc(10_485_760, 7);
    const sha256 = createHash('sha256').update(buffer).digest('hex');
    expect(storeMetadata({ buffer })).toEqual({ buffer: `[Buffer 10485760 sha256:${sha256}]` });
  });

  test('row 9: ten thousand references to one large Buffer are hashed only as far as the budget of an event goes', () => {
    const buffer = Buffer.alloc(16_000_000);
    const stored = storeMetadata({ list: Array.from({ length: 500 }, () => buffer) });
    const list = [stored['list']].flat();
    expect(list).toHaveLength(500);
    expect(new Set(list.slice(2))).toEqual(new Set(['[Buffer 16000000]']));
  });

  test('row 10: Map, Set, Symbol, function, WeakRef and their like have an explicit form', () => {
    class Account {}
    const metadata = {
      map: new Map<unknown, unknown>([
        ['a', 1],
        [2, new Map()],
      ]),
      set: new Set([1, 'b']),
      symbol: Symbol('s'),
      named: function named() {},
      arrow: (
        () => () =>
          1
      )(),
      weak: new WeakRef({}),
      promise: Promise.resolve(),
      regexp: /a+/g,
      error: new TypeError('bad', { cause: 'why' }),
      url: new URL('https://ann:hunter2@example.org/x'),
      account: new Account(),
      boxed: [new String('s'), new Number(1), new Boolean(false)],
    };
    expect(storeMetadata(metadata)).toEqual({
      map: {
        _type: 'Map',
        entries: [
          ['a', 1],
          [2, { _type: 'Map', entries: [] }],
        ],
      },
      set: { _type: 'Set', values: [1, 'b'] },
      symbol: '[Symbol(s)]',
      named: '[Function named]',
      arrow: '[Function anonymous]',
      weak: '[WeakRef]',
      promise: '[Promise]',
      regexp: '[RegExp /a+/g]',
      error: { _type: 'Error', name: 'TypeError', message: 'bad', cause: 'why' },
      url: 'https://ann:[REDACTED]@example.org/x',
      account: '[Account]',
      boxed: ['s', 1, false],
    });
  });

  test('row 11: NaN and Infinity become strings and -0 becomes 0', () => {
    const stored = storeMetadata({ nan: Number.NaN, inf: Infinity, minus: -Infinity, zero: -0 });
    expect(stored).toEqual({ nan: 'NaN', inf: 'Infinity', minus: '-Infinity', zero: 0 });
    expect(Object.is(stored['zero'], 0)).toBe(true);
    expect(pathsOf({ ...EVENT, user_id: Number.NaN })).toEqual(['user_id']);
  });

  test('row 13: what throws is described and the event is stored', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const metadata = {
      getter: Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('getter');
        },
      }),
      json: {
        toJSON: () => {
          throw new Error('no json');
        },
      },
      proxy,
      kept: 1,
    };
    const stored = storeMetadata(metadata);
    expect(stored).toMatchObject({ getter: { x: '[Getter]' }, json: '[Throws: no json]', kept: 1 });
    expect(stored['proxy']).toMatch(/^\[Throws: /);
    expect(storeMetadata(proxy)['value']).toMatch(/^\[Throws: /);
    expect(encodeEvent(proxy, buildContext())).toMatchObject({ kind: 'rejected', reason: 'invalid' });
  });

  test('row 14: no accessor runs, toJSON runs once, and no iterator is asked', () => {
    let runs = 0;
    const run = (): number => (runs += 1);
    const list = Object.assign([1], { [Symbol.iterator]: run });
    const metadata = Object.defineProperty({ list, json: { toJSON: () => ({ run: run() }) } }, 'x', {
      enumerable: true,
      get: run,
    });
    const input = Object.defineProperty({ ...EVENT, metadata }, 'host', { enumerable: true, get: run });
    const row = toRow(input);
    expect(runs).toBe(1);
    expect(row.host).toBe('[Getter]');
    expect(JSON.parse(row.metadata ?? '')).toEqual({ list: [1], json: { run: 1 }, x: '[Getter]' });
    const region = Object.defineProperty({ ...EVENT }, 'region', { enumerable: true, get: run });
    expect(auditlaneOf(toRow(region))).toEqual({ extra: { region: '[Getter]' } });
    expect(runs).toBe(1);
    const endless = (function* endless() {
      for (;;) yield 1;
    })();
    expect(storeMetadata({ json: { toJSON: () => endless } })).toEqual({ json: '[Object]' });
  });

  test('row 15: __proto__ and constructor are kept as data and change no prototype', () => {
    const text = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"a":[{"__proto__":1}]}';
    const row = toRow({ ...EVENT, metadata: JSON.parse(text) });
    expect(row.metadata).toBe(text);
    expect(Object({}).isAdmin).toBe(undefined);
    const input = JSON.parse(`{"event_type":"a","event_category":"info","__proto__":{"isAdmin":true}}`);
    expect(toRow(input).metadata).toBe('{"_auditlane":{"extra":{"__proto__":{"isAdmin":true}}}}');
    expect(Object({}).isAdmin).toBe(undefined);
  });

  test('row 22: integers that a double cannot tell apart are kept as strings', () => {
    const stored = storeMetadata({
      unsafe: 2 ** 53 + 2,
      safe: 2 ** 53 - 1,
      huge: Number.parseFloat('1e400'),
      half: 0.5,
    });
    expect(stored).toEqual({ unsafe: '9007199254740994', safe: 9007199254740991, huge: 'Infinity', half: 0.5 });
  });

  test('row 26: secrets in metadata are masked before the line exists', () => {
    const metadata = {
      password: 'hunter2',
      'API-Key': 'k-1',
      headers: [{ Authorization: 'Bearer x', 'Set-Cookie': ['a=b'] }],
      accessToken: { nested: 'x' },
      note: 'paid with 4111 1111 1111 1111 today',
      card: 4111111111111111,
      map: new Map([['client_secret', 'x']]),
    };
    const row = toRow({
      ...EVENT,
      resource_type: 'api_key',
      secret: 'top',
      metadata: { ...metadata, key_name: 'prod' },
    });
    expect(row.resource_type).toBe('api_key');
    expect(toFlagNames(row.flags)).toEqual(['redacted']);
    expect(JSON.parse(row.metadata ?? '')).toEqual({
      password: '[REDACTED]',
      'API-Key': '[REDACTED]',
      headers: [{ Authorization: '[REDACTED]', 'Set-Cookie': '[REDACTED]' }],
      accessToken: '[REDACTED]',
      note: 'paid with [REDACTED] today',
      card: '[REDACTED]',
      map: { _type: 'Map', entries: [['client_secret', '[REDACTED]']] },
      key_name: 'prod',
      _auditlane: { extra: { secret: '[REDACTED]' } },
    });
  });

  test.each(HOSTILE_VALUES.map(([name, value]) => ({ name, value })))(
    'rows 4 to 22: $name in metadata, in an unknown field and as metadata gives a row that can be stored',
    ({ value }) => {
      toRow({ ...EVENT, unknown: value, metadata: { value, list: [value], nested: { value } } });
      const encoded = encodeEvent({ ...EVENT, metadata: value }, buildContext());
      if (encoded.kind === 'encoded') toRow({ ...EVENT, metadata: value });
      else expect(encoded.reason).toBe('invalid');
    },
  );
});
