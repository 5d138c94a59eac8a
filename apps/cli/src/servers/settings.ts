import { loadStackEnv, parseEnv, toRedisUrl, type AddressSource } from '@auditlane/runtime';
import { CliError } from '../command-line/cli-error.ts';
import { cliEnvSchema, type CliEnv } from '../env.ts';
import { toAdminUrl } from './admin-url.ts';

/** Where the servers are and what they are expected to hold. */
export interface Settings {
  readonly env: CliEnv;
  readonly source: AddressSource;
}

/** Reads `.env`, the environment and the addresses of a running stack. Throws ConfigError naming every fault. */
export function readSettings(): Settings {
  const source = loadStackEnv();
  return { env: parseEnv(cliEnvSchema), source };
}

/** The address of Redis, its password included. Throws CliError `config` when nothing names one. */
export function toGivenRedisUrl({ env, source }: Settings): string {
  if (!source.given.includes('REDIS_URL')) throw toMissing('REDIS_URL', source);
  return toRedisUrl(env);
}

/** The address of Postgres with the rights of its login. Throws CliError `config` when nothing names one. */
export function toGivenDatabaseUrl({ env, source }: Settings): string {
  if (!source.given.includes('DATABASE_URL')) throw toMissing('DATABASE_URL', source);
  return toAdminUrl(env.DATABASE_URL);
}

/** DATABASE_SSL in the words of the driver; absent when the URL decides. */
export function toSsl({ DATABASE_SSL: word }: CliEnv): { readonly ssl?: boolean | 'no-verify' } {
  if (word === undefined) return {};
  return { ssl: word === 'no-verify' ? word : word === 'verify-full' };
}

function toMissing(name: 'REDIS_URL' | 'DATABASE_URL', source: AddressSource): CliError {
  const other = name === 'REDIS_URL' ? 'DATABASE_URL' : 'REDIS_URL';
  switch (source.kind) {
    case 'none':
      return new CliError(
        'config',
        `no servers are named: set REDIS_URL and DATABASE_URL, or run npm start in this checkout (there is no ${source.path})`,
      );
    case 'environment':
      return new CliError(
        'config',
        `${other} is set and ${name} is not: set both, or unset ${other} to use the servers of npm start`,
      );
    case 'stack':
      return new CliError('config', `${source.path} has no ${name}: restart npm start, or set ${name}`);
  }
}
