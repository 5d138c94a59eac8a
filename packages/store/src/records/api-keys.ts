import { createHash, randomBytes } from 'node:crypto';

import type { Pool, PoolClient, QueryResult } from 'pg';

import { type ResultRow, orNull, readDate, readString, readStrings } from '../postgres/read-row.ts';
import { loadQuery } from '../load-query.ts';
import { queryOn, runQuery } from '../postgres/with-client.ts';

/** A key as it is kept. Compare `keyHash` in constant time. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, hex. */
  readonly keyHash: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiKey {
  /** What it is for, in words. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** Default: never. */
  readonly expiresAt?: Date | null;
}

const KEY_BYTES = 32;
/** So that a key is known as one where it leaks: in a log, a repository. */
const KEY_PREFIX = 'al_';

/** Makes a key; `on` is a pool, or the transaction that it shall come into being with. `key` is shown here once and kept nowhere. */
export async function createApiKey(
  on: Pool | PoolClient,
  { name, scopes, expiresAt = null }: NewApiKey,
): Promise<{ readonly id: string; readonly key: string; readonly keyHash: string }> {
  const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
  const keyHash = hashApiKey(key);
  const answer = await runOn(on, 'create_api_key', [name, keyHash, scopes, expiresAt]);
  return { id: readString(answer.rows[0], 'id'), key, keyHash };
}

/** SHA-256 in hex. A key has 256 random bits, so nothing slower is needed. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The key with this hash, whether it still works or not (`isApiKeyUsable`); null when there is none. */
export async function findApiKey(pool: Pool, keyHash: string): Promise<ApiKey | null> {
  const row = (await runQuery(pool, 'find_api_key', [keyHash])).rows[0];
  return row === undefined ? null : toApiKey(row);
}

/** All keys, newest first. */
export async function listApiKeys(pool: Pool): Promise<readonly ApiKey[]> {
  return (await runQuery(pool, 'list_api_keys')).rows.map(toApiKey);
}

/** Whether a key is neither revoked nor expired. */
export function isApiKeyUsable({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt);
}

/** Takes a key back; false when there is none with this id that works. `on` as for `createApiKey`. */
export async function revokeApiKey(on: Pool | PoolClient, id: string): Promise<boolean> {
  return (await runOn(on, 'revoke_api_key', [id])).rowCount === 1;
}

async function runOn(
  on: Pool | PoolClient,
  name: string,
  values: readonly unknown[],
): Promise<QueryResult<Record<string, unknown>>> {
  return 'totalCount' in on ? runQuery(on, name, values) : queryOn(on, loadQuery(name), values);
}

/** Notes that a key was used, to the minute. */
export async function touchApiKey(pool: Pool, id: string): Promise<void> {
  await runQuery(pool, 'touch_api_key', [id]);
}

function toApiKey(row: ResultRow): ApiKey {
  return {
    id: readString(row, 'id'),
    name: readString(row, 'name'),
    keyHash: readString(row, 'key_hash'),
    scopes: readStrings(row, 'scopes'),
    createdAt: readDate(row, 'created_at'),
    expiresAt: orNull(readDate, row, 'expires_at'),
    revokedAt: orNull(readDate, row, 'revoked_at'),
    lastUsedAt: orNull(readDate, row, 'last_used_at'),
  };
}
