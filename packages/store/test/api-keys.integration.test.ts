import { useDatabase } from '@auditlane/testkit';
import { expect, it } from 'vitest';

import {
  createApiKey,
  findApiKey,
  hashApiKey,
  isApiKeyUsable,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
} from '../src/index.ts';

const { pool } = await useDatabase();

it('a key is found by its hash, and the key itself is kept nowhere', async () => {
  const { id, key, keyHash } = await createApiKey(pool, { name: 'ci', scopes: ['ingest', 'read'] });
  expect(key).toMatch(/^al_[A-Za-z0-9_-]{43}$/);
  expect(keyHash).toBe(hashApiKey(key));
  expect(await findApiKey(pool, keyHash)).toMatchObject({
    id,
    name: 'ci',
    scopes: ['ingest', 'read'],
    keyHash,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  });
  const table = await pool.query('select api_keys::text as text from api_keys');
  expect(JSON.stringify(table.rows)).not.toContain(key.slice(3));
});

it('an unknown hash finds nothing, whatever it is', async () => {
  for (const hash of [hashApiKey('al_other'), '', `' or true --`, 'a'.repeat(100_000)]) {
    expect(await findApiKey(pool, hash)).toBeNull();
  }
});

it('a revoked key is found and is not usable, and can be revoked once', async () => {
  const { id, keyHash } = await createApiKey(pool, { name: 'old', scopes: [] });
  expect(await revokeApiKey(pool, id)).toBe(true);
  expect(await revokeApiKey(pool, id)).toBe(false);
  const key = await findApiKey(pool, keyHash);
  expect(key?.revokedAt).toBeInstanceOf(Date);
  expect(key !== null && isApiKeyUsable(key, new Date())).toBe(false);
});

it('a key works until the moment it expires', () => {
  const key = { revokedAt: null, expiresAt: new Date(1000) };
  expect(isApiKeyUsable(key, new Date(999))).toBe(true);
  expect(isApiKeyUsable(key, new Date(1000))).toBe(false);
  expect(isApiKeyUsable({ ...key, expiresAt: null }, new Date(1e15))).toBe(true);
});

it('use is noted once a minute', async () => {
  const { id, keyHash } = await createApiKey(pool, {
    name: 'busy',
    scopes: ['read'],
    expiresAt: new Date('2040-01-01'),
  });
  await touchApiKey(pool, id);
  const first = (await findApiKey(pool, keyHash))?.lastUsedAt;
  await touchApiKey(pool, id);
  expect((await findApiKey(pool, keyHash))?.lastUsedAt).toEqual(first);
  await pool.query(`update api_keys set last_used_at = now() - interval '61 seconds' where id = $1`, [id]);
  await touchApiKey(pool, id);
  expect(Number((await findApiKey(pool, keyHash))?.lastUsedAt)).toBeGreaterThanOrEqual(Number(first));
});

it('the list has all keys, newest first', async () => {
  const { id } = await createApiKey(pool, { name: 'last', scopes: [] });
  const keys = await listApiKeys(pool);
  expect(keys[0]?.id).toBe(id);
  expect(keys.length).toBeGreaterThanOrEqual(4);
});
