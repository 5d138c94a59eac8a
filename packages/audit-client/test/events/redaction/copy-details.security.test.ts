import { HOSTILE_METADATA } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { copyDetails } from '../../../src/events/redaction/copy-details.ts';
import { createRedaction } from '../../../src/events/redaction/redaction.ts';

const redaction = createRedaction({
  keys: ['iban'],
  paths: ['a.*.b', '*.*'],
  hash: { key: 'a key of more than sixteen', keys: ['text', 'list', 'ring'], paths: ['__proto__.isAdmin'] },
});
const plain = createRedaction();
const MEGABYTE = 1_048_576;

describe.each(Object.entries(HOSTILE_METADATA))('%s', (_name, { row, make }) => {
  test(`row ${row}: is copied as an object that JSON can write`, () => {
    const value = make();
    for (const rules of [plain, redaction]) {
      for (const details of rules === plain ? [value] : [{ inner: [value] }]) {
        const copied = copyDetails(details, rules);
        expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
        expect(typeof JSON.stringify(copied)).toBe('string');
      }
    }
    expect(Object.prototype).not.toHaveProperty('isAdmin');
  });
});

test('row 13: no accessor is called', () => {
  let calls = 0;
  const details = Object.defineProperty({ kept: 1 }, 'trap', {
    enumerable: true,
    get() {
      calls += 1;
      throw new Error('trap');
    },
  });
  expect(copyDetails(details, plain)).toEqual({ kept: 1, trap: '[Getter]' });
  expect(calls).toBe(0);
});

test('row 13: a proxy that throws at everything is described', () => {
  const throwing = (): never => {
    throw new Error('trap');
  };
  const traps = Object.fromEntries(
    ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'].map((name) => [name, throwing]),
  );
  expect(copyDetails(new Proxy({}, traps), plain)).toEqual({ value: '[Throws: trap]' });
  expect(copyDetails({ proxy: new Proxy({}, traps) }, plain)).toEqual({ proxy: '[Throws: trap]' });
});

test('row 15: __proto__ and constructor are keys like any other, on the way in and out', () => {
  const details: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1,"a":{"__proto__":[1]}}');
  const copied = copyDetails(details, plain);
  expect(JSON.stringify(copied)).toBe('{"__proto__":{"isAdmin":true},"constructor":1,"a":{"__proto__":[1]}}');
  expect(Reflect.get(copied, 'isAdmin')).toBeUndefined();
});

test('row 8: megabytes are cut, told of, and not kept alive by what is left of them', () => {
  const details = { body: 'x'.repeat(MEGABYTE), list: ['y'.repeat(MEGABYTE)], last: 'z'.repeat(MEGABYTE), id: 'kept' };
  const copied = copyDetails(details, plain);
  expect(copied['id']).toBe('kept');
  expect(copied['_truncated']).toEqual({ body: MEGABYTE, 'list.0': MEGABYTE, last: MEGABYTE });
  expect(JSON.stringify(copied).length).toBeLessThan(70_000);
});

test('row 7: keys and elements without number are counted, and do not take the event with them', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]));
  const copied = copyDetails({ first: 1, many, list: Array.from({ length: 20_000 }, (_, n) => n) }, plain);
  expect(copied['first']).toBe(1);
  expect(copied['many']).toMatchObject({ _dropped_keys: 4002 });
  expect(copied['_dropped_keys']).toBe(1);
});

test('row 20: texts that are no Unicode stay texts', () => {
  expect(copyDetails({ lone: 'a\ud800b', nul: 'a\0b' }, plain)).toEqual({ lone: 'a\ud800b', nul: 'a\0b' });
  const cut = copyDetails({ long: `${'x'.repeat(32_767)}\ud83d\ude00${'y'.repeat(10)}` }, plain);
  expect(String(cut['long']).isWellFormed()).toBe(true);
});

test('row 14: a toJSON that logs again does not disturb the copy under way', () => {
  const details = {
    before: 'a',
    again: {
      toJSON: () => copyDetails({ password: 'p', list: [1, 2, 3] }, plain),
    },
    after: { password: 'p' },
  };
  expect(copyDetails(details, plain)).toEqual({
    before: 'a',
    again: { password: '[REDACTED]', list: [1, 2, 3] },
    after: { password: '[REDACTED]' },
  });
});

const CARD = '4111111111111111';

test('row 26: a secret in a pair is one by the name before it, in a Map, in entries and in rawHeaders', () => {
  const pairs = [
    ['Authorization', 'Bearer s3cret'],
    ['accept', 'text/html'],
  ];
  const expected = [
    ['Authorization', '[REDACTED]'],
    ['accept', 'text/html'],
  ];
  expect(copyDetails({ pairs }, plain)).toEqual({ pairs: expected });
  expect(copyDetails({ map: new Map(pairs as [string, string][]) }, plain)).toEqual({
    map: { _type: 'Map', entries: expected },
  });
  expect(copyDetails({ request: { rawHeaders: pairs.flat() } }, plain)).toEqual({
    request: { rawHeaders: expected.flat() },
  });
  expect(copyDetails({ changed: ['password', 'email'] }, plain)).toEqual({ changed: ['password', 'email'] });
});

test('row 26: what is hashed by its key is hashed as an entry of a Map, too', () => {
  const hashing = createRedaction({ hash: { key: 'a key of more than sixteen', keys: ['email', 'password'] } });
  const given = { email: 'a@example.com', password: 's3cret' };
  const { email, password } = copyDetails(given, hashing);
  expect(email).toMatch(/^hmac-sha256:[0-9a-f]{32}$/);
  expect(copyDetails({ map: new Map(Object.entries(given)) }, hashing)).toEqual({
    map: {
      _type: 'Map',
      entries: [
        ['email', email],
        ['password', password],
      ],
    },
  });
});

test('row 26: a card number is masked as a bigint, and in what a toJSON throws', () => {
  const details = {
    big: BigInt(CARD),
    thrown: {
      toJSON() {
        throw new Error(`no such card: ${CARD}`);
      },
    },
  };
  expect(copyDetails(details, plain)).toEqual({ big: '[REDACTED]', thrown: '[Throws: no such card: [REDACTED]]' });
});

test('row 9: what is hashed for one event is bounded, and what is left then is masked', () => {
  const hashing = createRedaction({ hash: { key: 'a key of more than sixteen', keys: ['body'] } });
  const bodies = Array.from({ length: 20 }, () => ({ body: 'x'.repeat(MEGABYTE) }));
  const copied = copyDetails({ bodies }, hashing);
  const [first] = copied['bodies'] as { body: string }[];
  expect(first?.body).toMatch(/^hmac-sha256:/);
  expect(copied['bodies']).toEqual([
    ...Array.from({ length: 8 }, () => ({ body: first?.body })),
    ...Array.from({ length: 12 }, () => ({ body: '[REDACTED]' })),
  ]);
  const buffers = Array.from({ length: 20 }, () => Buffer.alloc(MEGABYTE));
  const described = copyDetails({ buffers }, plain)['buffers'] as string[];
  expect(described.slice(0, 8).every((text) => text.startsWith('[Buffer 1048576 sha256:'))).toBe(true);
  expect(described.slice(8)).toEqual(Array.from({ length: 12 }, () => '[Buffer 1048576]'));
});
