import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { STACK_NAMES } from '@auditlane/runtime';

/** What an application, the demo and the CLI need to reach this stack. */
export type StackAddresses = Readonly<Record<'REDIS_URL' | 'DATABASE_URL' | (typeof STACK_NAMES)[number], string>>;

/** Writes AUDIT_DATA_DIR/env, mode 0600 since the URLs carry passwords, in a form that shells and dotenv readers take. */
export function writeEnvFile(dataDir: string, addresses: StackAddresses): void {
  const lines = Object.entries(addresses).map(([name, value]) => `export ${name}='${value.replaceAll("'", '%27')}'\n`);
  const draft = `${toPath(dataDir)}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, ['# Written by npm start while this stack runs.\n', ...lines].join(''), { mode: 0o600 });
  renameSync(draft, toPath(dataDir));
}

/** A stack that is down has no addresses. */
export function removeEnvFile(dataDir: string): void {
  rmSync(toPath(dataDir), { force: true });
}

function toPath(dataDir: string): string {
  return join(dataDir, 'env');
}
