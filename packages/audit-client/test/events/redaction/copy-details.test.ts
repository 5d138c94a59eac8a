import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { copyDetails } from '../../../src/events/redaction/copy-details.ts';
import { createRedaction } from '../../../src/events/redaction/redaction.ts';
import type { RedactionConfig } from '../../../src/events/index.ts';

const KEY = 'a key of more than sixteen';
const hash = (text: string): string =>
  `hmac-sha256:${createHmac('sha256', KEY).update(text).digest('hex').slice(0, 32)}`;
const copy = (details: unknown, config?: RedactionConfig) => copyDetails(details, createRedaction(config));

describe('the copy', () => {
  test('is one: what the caller changes later is not seen, however deep', () => {
    const details = { list: [{ a: 1 }], at: new Date(0) };
    const copied = copy(details);
    details.list[0] = { a: 2 };
    details.at.setFullYear(1999);
    expect(copied).toEqual({ list: [{ a: 1 }], at: '1970-01-01T00:00:00.000Z' });
  });

  test('can be written as JSON whatever it was made of', () => {
    const copied = copy({
      big: 2n ** 70n,
      map: new Map([['k', 1]]),
      set: new Set([1]),
      error: new Error('outer', { cause: new Error('inner') }),
      nan: Number.NaN,
      bytes: Buffer.from('x'),
      undefined,
      nothing: null,
      sparse: [1, undefined, 3],
      url: new URL('http://user:secret@example.test/'),
      f: function named() {},
    });
    expect(JSON.parse(JSON.stringify(copied))).toEqual({
      big: '1180591620717411303424',
      map: { _type: 'Map', entries: [['k', 1]] },
      set: { _type: 'Set', values: [1] },
      error: {
        _type: 'Error',
        name: 'Error',
        message: 'outer',
        cause: { _type: 'Error', name: 'Error', message: 'inner' },
      },
      nan: 'NaN',
      bytes: '[Buffer 1 sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881]',
      nothing: null,
      sparse: [1, null, 3],
      url: 'http://user:[REDACTED]@example.test/',
      f: '[Function named]',
    });
  });

  test.each([
    [undefined, {}],
    [null, {}],
    ['text', { value: 'text' }],
    [7n, { value: '7' }],
    [[1, 2], { value: [1, 2] }],
    [new Error('x'), { _type: 'Error', name: 'Error', message: 'x' }],
    [{ toJSON: () => ({ a: 1 }) }, { a: 1 }],
    [{ toJSON: () => 'text' }, { value: 'text' }],
  ])('%o becomes %o', (details, copied) => expect(copy(details)).toEqual(copied));
});

describe('what is always masked', () => {
  test('secret keys at any depth and in any spelling, also in lists and maps', () => {
    expect(
      copy({
        Password: 'p',
        nested: { API_KEY: 'k', list: [{ 'Set-Cookie': 'c' }] },
        map: new Map([['token', 't']]),
        password_changed_at: 'kept',
        secret: null,
      }),
    ).toEqual({
      Password: '[REDACTED]',
      nested: { API_KEY: '[REDACTED]', list: [{ 'Set-Cookie': '[REDACTED]' }] },
      map: { _type: 'Map', entries: [['token', '[REDACTED]']] },
      password_changed_at: 'kept',
      secret: null,
    });
  });

  test('card numbers in texts and as numbers, but not in the columns of ids', () => {
    const card = '4111111111111111';
    expect(copy({ note: `paid by ${card}`, amount: Number(card), userId: card, resource_id: Number(card) })).toEqual({
      note: 'paid by [REDACTED]',
      amount: '[REDACTED]',
      userId: card,
      resource_id: Number(card),
    });
    expect(copy({ nested: { userId: card } })).toEqual({ nested: { userId: '[REDACTED]' } });
  });
});

describe('redaction', () => {
  test('keys: more of them are masked', () => {
    expect(copy({ iban: 'DE', nested: { 'I-B_AN': 'DE' } }, { keys: ['iban'] })).toEqual({
      iban: '[REDACTED]',
      nested: { 'I-B_AN': '[REDACTED]' },
    });
    expect(copy({ iban: 'DE' })).toEqual({ iban: 'DE' });
  });

  test('paths: values are masked where they stand, with * for one step', () => {
    const paths = ['user.card.number', 'rows.*.email', 'whole', '*.any'];
    expect(
      copy(
        {
          user: { card: { number: 1, holder: 'kept' }, number: 'kept', any: 1 },
          number: 'kept',
          rows: [{ email: 'a' }, { email: 'b', id: 1 }, { deeper: { email: 'kept' } }],
          whole: { a: 1 },
          any: 'kept',
        },
        { paths },
      ),
    ).toEqual({
      user: { card: { number: '[REDACTED]', holder: 'kept' }, number: 'kept', any: '[REDACTED]' },
      number: 'kept',
      rows: [{ email: '[REDACTED]' }, { email: '[REDACTED]', id: 1 }, { deeper: { email: 'kept' } }],
      whole: '[REDACTED]',
      any: 'kept',
    });
  });

  test('hash: equal values stay equal, nobody without the key can guess them, and a hash wins over a mask', () => {
    const config = {
      paths: ['user.email'],
      hash: { key: KEY, keys: ['token', 'customer'], paths: ['user.email', 'list.*'] },
    };
    expect(
      copy({ token: 't', customer: 17, user: { email: 'a@b' }, list: [{ a: 1 }, 'x'], password: 'p' }, config),
    ).toEqual({
      token: hash('t'),
      customer: hash('17'),
      user: { email: hash('a@b') },
      list: [hash('{"a":1}'), hash('x')],
      password: '[REDACTED]',
    });
    const other = copy({ token: 't' }, { hash: { key: 'another key of sixteen', keys: ['token'] } });
    expect(other['token']).toMatch(/^hmac-sha256:[0-9a-f]{32}$/);
    expect(other['token']).not.toBe(hash('t'));
    const bytes = copy({ token: 't' }, { hash: { key: Buffer.from(KEY), keys: ['token'] } });
    expect(bytes['token']).toBe(hash('t'));
  });

  test('a card number that is hashed is hashed, not its mask', () => {
    const { a, b } = copy({ a: 4111111111111111, b: 5555555555554444 }, { hash: { key: KEY, paths: ['a', 'b'] } });
    expect(a).toBe(hash('4111111111111111'));
    expect(b).toBe(hash('5555555555554444'));
  });
});
