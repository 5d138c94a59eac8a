import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey, type Pool } from '@auditlane/store';

/** The key's file in the data folder. */
export function toAdminKeyPath(dataDir: string): string {
  return join(dataDir, 'admin.key');
}

/**
 * Creates the first API key with the scope `admin` and writes it to AUDIT_DATA_DIR/admin.key, mode 0600, unless that
 * file exists. A crash between both leaves a key in the database that nobody knows, and the next start makes another.
 */
export async function ensureAdminKey(pool: Pool, dataDir: string): Promise<void> {
  const path = toAdminKeyPath(dataDir);
  if (existsSync(path)) return;
  const { key } = await createApiKey(pool, { name: 'npm start', scopes: ['admin'] });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
}
