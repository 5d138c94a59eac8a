import { describe, expect, test } from 'vitest';
import {
  createRedactionPolicy,
  DEFAULT_REDACTED_KEYS,
  DEFAULT_REDACTION,
  HASHED_PREFIX,
  isHashedSecret,
  NO_REDACTION,
} from '../src/index.ts';
import { metadataOf, toRow } from './support.ts';

const EVENT = { event_type: 'a', event_category: 'info' } as const;

describe('redaction', () => {
  test('every default key is masked in any case and with any of - and _', () => {
    for (const key of DEFAULT_REDACTED_KEYS) {
      for (const form of [key, key.toUpperCase(), `${key.slice(0, 1)}_${key.slice(1)}`, `-${key}`]) {
        expect(DEFAULT_REDACTION.isSecretKey(form), form).toBe(true);
        expect(DEFAULT_REDACTION.isSecretKey(form), `${form}, asked again`).toBe(true);
      }
    }
  });

  test.each([
    'key_name',
    'api_key_id',
    'token_count',
    'secretary',
    'pinned',
    'cookie_consent',
    'password_changed_at',
    'keys',
  ])('the key %s is no secret', (key) => expect(DEFAULT_REDACTION.isSecretKey(key)).toBe(false));

  test.each([
    ['4111111111111111', '[REDACTED]'],
    ['4111-1111-1111-1111', '[REDACTED]'],
    ['3782 822463 10005', '[REDACTED]'],
    ['a 5555555555554444, b 6011111111111117', 'a [REDACTED], b [REDACTED]'],
    ['4111111111111112', '4111111111111112'],
    ['1763718000123456', '1763718000123456'],
    ['41111111111111110000000', '41111111111111110000000'],
    ['0.4111111111111111', '0.4111111111111111'],
    ['order-4111111111111111', 'order-4111111111111111'],
    ['4111 1111-1111 1111', '4111 1111-1111 1111'],
    ['01a1fdca-0cdf-7647-4111-111111111111', '01a1fdca-0cdf-7647-4111-111111111111'],
  ])('the text %j becomes %j', (text, masked) => expect(DEFAULT_REDACTION.maskText(text)).toBe(masked));

  test('a secret without a value stays without one', () => {
    expect(metadataOf(toRow({ ...EVENT, metadata: { password: null, token: undefined, pin: 0 } }))).toEqual({
      password: null,
      pin: '[REDACTED]',
    });
  });

  test('keys can be added, replaced, and masking switched off', () => {
    const metadata = { iban: 'DE00', password: 'x', card: '4111111111111111' };
    const store = (policy: typeof NO_REDACTION): unknown =>
      metadataOf(toRow({ ...EVENT, metadata }, { redact: policy }));
    expect(store(createRedactionPolicy({ extraKeys: ['I-BAN'] }))).toEqual({
      iban: '[REDACTED]',
      password: '[REDACTED]',
      card: '[REDACTED]',
    });
    expect(store(createRedactionPolicy({ keys: ['iban'], isCardNumberMasked: false }))).toEqual({
      ...metadata,
      iban: '[REDACTED]',
    });
    expect(store(NO_REDACTION)).toEqual(metadata);
  });

  test('columns are left as they are: they are facts, not free text', () => {
    const row = toRow({
      ...EVENT,
      resource_type: 'api_key',
      resource_id: '4111111111111111',
      description: 'password reset',
    });
    expect(row).toMatchObject({ resource_type: 'api_key', resource_id: '4111111111111111', flags: 0 });
  });

  test('a policy remembers a bounded number of keys and answers the same when it is full', () => {
    const policy = createRedactionPolicy();
    for (let index = 0; index < 5000; index += 1) expect(policy.isSecretKey(`key${index}`)).toBe(false);
    expect(policy.isSecretKey('Pass-Word')).toBe(true);
  });

  test('a secret that was hashed with a key needs no mask, and what only looks like it gets one', () => {
    const token = `${HASHED_PREFIX}${'0a'.repeat(16)}`;
    const wrong = [token.slice(1), `${token}0`, token.toUpperCase(), `${HASHED_PREFIX}hunter2`];
    const { tokens, ...metadata } = metadataOf(
      toRow({ ...EVENT, metadata: { token, tokens: wrong.map((pin) => ({ pin })) } }),
    );
    expect(metadata).toEqual({ token });
    expect(tokens).toEqual(wrong.map(() => ({ pin: '[REDACTED]' })));
    expect(isHashedSecret(token)).toBe(true);
    expect(wrong.some((value) => isHashedSecret(value))).toBe(false);
  });
});
