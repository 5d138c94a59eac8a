import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseEnv as parseEnvText } from 'node:util';
import { ConfigError } from '../config-error.ts';
import { loadEnvFile, WORKSPACE_DIR } from './load-env-file.ts';

const ADDRESSES = ['REDIS_URL', 'DATABASE_URL'] as const;

/** The addresses, by the names of their variables. */
export type AddressName = (typeof ADDRESSES)[number];

/** Where the addresses of both servers come from, and which are there. */
export type AddressSource =
  | { readonly kind: 'environment'; readonly given: readonly AddressName[] }
  /** A running `npm start` wrote them. */
  | { readonly kind: 'stack'; readonly given: readonly AddressName[]; readonly path: string }
  | { readonly kind: 'none'; readonly given: readonly AddressName[]; readonly path: string };

const DEFAULT_DATA_DIR = '.auditlane';

/**
 * Adds to `env` what a command on a running stack needs: the workspace's `.env`, and, when the result names neither
 * server, the addresses of `AUDIT_DATA_DIR/env`, which `npm start` writes. One given address is never completed by the
 * stack's other one: a queue here and a database there are two systems.
 * Throws ConfigError when a file is there and cannot be read.
 */
export function loadStackEnv(env: NodeJS.ProcessEnv = process.env, dir: string = WORKSPACE_DIR): AddressSource {
  loadEnvFile(dir, env);
  const given = ADDRESSES.filter((name) => isGiven(env[name]));
  if (given.length > 0) return { kind: 'environment', given };
  const dataDir = env['AUDIT_DATA_DIR'] || DEFAULT_DATA_DIR;
  const path = join(isAbsolute(dataDir) ? dataDir : join(dir, dataDir), 'env');
  const text = readIfPresent(path);
  if (text === null) return { kind: 'none', given, path };
  const written = parseEnvText(text);
  for (const name of ADDRESSES) {
    const address = written[name];
    if (address !== undefined) env[name] = address;
  }
  return { kind: 'stack', given: ADDRESSES.filter((name) => isGiven(env[name])), path };
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
