import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv as parseEnvText } from 'node:util';
import { ConfigError } from '../config-error.ts';

/** The folder of the workspace's `package.json`, seen from this file. */
export const WORKSPACE_DIR = join(import.meta.dirname, '..', '..', '..', '..');

/**
 * Adds what `<dir>/.env` sets to `env`; a variable that is already there wins. A missing file is no fault, an
 * unreadable one throws ConfigError. Returns the names that were added.
 */
export function loadEnvFile(dir: string = WORKSPACE_DIR, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const text = readIfPresent(join(dir, '.env'));
  const added = Object.entries(parseEnvText(text)).filter(([name]) => env[name] === undefined);
  for (const [name, value] of added) {
    env[name] = value;
  }
  return added.map(([name]) => name);
}

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    if (code === 'ENOENT') {
      return '';
    }
    throw new ConfigError([{ name: '.env', problem: `cannot be read (${String(code)}): ${path}` }], { cause: error });
  }
}
