import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyDirectory } from '../src/access/key-directory.ts';
import type { StoredKey } from '../src/access/key-directory.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

function setUp(keys: Record<string, Partial<StoredKey>>) {
  const state = { now: 0, isAway: false, asked: 0 };
  const byHash = new Map(
    Object.entries(keys).map(([text, key]) => [
      hashOf(text),
      { id: text, name: text, keyHash: hashOf(text), scopes: [], expiresAt: null, revokedAt: null, ...key },
    ]),
  );
  const find = createKeyDirectory({
    clock: () => state.now,
    touch: () => Promise.resolve(),
    find: (hash) => {
      state.asked += 1;
      return state.isAway ? Promise.reject(new Error('away')) : Promise.resolve(byHash.get(hash) ?? null);
    },
  });
  return { state, find, byHash };
}

test('a key is found by its hash and remembered for ten seconds', async () => {
  const { state, find } = setUp({ good: { scopes: ['ingest'] } });
  expect(await find('good')).toMatchObject({ id: 'good', scopes: ['ingest'] });
  state.now = 9999;
  await find('good');
  expect(state.asked).toBe(1);
  state.now = 10_000;
  await find('good');
  expect(state.asked).toBe(2);
});

test('unknown, revoked and expired keys are none', async () => {
  const { find } = setUp({ revoked: { revokedAt: new Date(0) }, expired: { expiresAt: new Date(-1) } });
  expect(await Promise.all(['unknown', 'revoked', 'expired'].map((text) => find(text)))).toEqual([null, null, null]);
});

test('a key that is revoked stops working within ten seconds', async () => {
  const { state, find, byHash } = setUp({ good: {} });
  await find('good');
  byHash.set(hashOf('good'), {
    id: 'good',
    name: 'good',
    keyHash: hashOf('good'),
    scopes: [],
    expiresAt: null,
    revokedAt: new Date(1),
  });
  state.now = 10_000;
  expect(await find('good')).toBeNull();
});

test('while the store is away a known key keeps working for an hour, and an unknown one is answered 503, not 401', async () => {
  const { state, find } = setUp({ good: {} });
  await find('good');
  state.isAway = true;
  state.now = 3_599_999;
  expect(await find('good')).toMatchObject({ id: 'good' });
  await expect(find('other')).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });
  state.now = 3_600_000;
  await expect(find('good')).rejects.toMatchObject({ code: 'keys_unavailable' });
});

test('a flood of wrong keys does not grow the memory without bound, and the store sees each only once in two seconds', async () => {
  const { state, find } = setUp({});
  for (let round = 0; round < 3; round += 1) {
    await find('wrong');
  }
  expect(state.asked).toBe(1);
  for (let index = 0; index < 1001; index += 1) {
    await find(`wrong ${index}`);
  }
  await find('wrong');
  expect(state.asked).toBe(1003);
});
