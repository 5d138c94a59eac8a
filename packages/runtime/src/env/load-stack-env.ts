import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseEnv as parseEnvText } from 'node:util';
import { ConfigError } from '../config-error.ts';
import { loadEnvFile, WORKSPACE_DIR } from './load-env-file.ts';

/** Where the addresses of both servers come from. */
export type AddressSource =
  | { readonly kind: 'environment' }
  /** A running `npm start` wrote them. */
  | { readonly kind: 'stack'; readonly path: string }
  | { readonly kind: 'none'; readonly path: string };

const ADDRESSES = ['REDIS_URL', 'DATABASE_URL'] as const;
const DEFAULT_DATA_DIR = '.auditlane';

/**
 * Adds to `env` what a command on a running stack needs: the workspace's `.env`, and, when the result names neither
 * server, the addresses of `AUDIT_DATA_DIR/env`, which `npm start` writes. One given address is never completed by the
 * stack's other one: a queue here and a database there are two systems.
 * Throws ConfigError when a file is there and cannot be read.
 */
export function loadStackEnv(env: NodeJS.ProcessEnv = process.env, dir: string = WORKSPACE_DIR): AddressSource {
  loadEnvFile(dir, env);
  if (ADDRESSES.some((name) => isGiven(env[name]))) return { kind: 'environment' };
  const dataDir = env['AUDIT_DATA_DIR'] || DEFAULT_DATA_DIR;
  const path = join(isAbsolute(dataDir) ? dataDir : join(dir, dataDir), 'env');
  const text = readIfPresent(path);
  if (text === null) return { kind: 'none', path };
  const written = parseEnvText(text);
  for (const name of ADDRESSES) {
    const address = written[name];
    if (address !== undefined) env[name] = address;
  }
  return { kind: 'stack', path };
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ConfigError([{ name: 'AUDIT_DATA_DIR', problem: `cannot be used (${String(code)}): ${path}` }], {
      cause: error,
    });
  }
}
