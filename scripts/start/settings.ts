import { isAbsolute, join } from 'node:path';
import {
  ConfigError,
  DEFAULT_PORT,
  findFaults,
  loadEnvFile,
  parseEnv,
  sharedEnv,
  STACK_NAMES,
  toRedisUrl,
  WORKSPACE_DIR,
  type EnvSource,
} from '@auditlane/runtime';
import * as z from 'zod';
import { envSchema as apiEnvSchema } from '../../apps/api/src/env.ts';
import { maintenanceEnvSchema } from '../../apps/maintenance/src/env.ts';
import { workerEnvSchema } from '../../apps/worker/src/env.ts';

const StartEnv = z.object({
  REDIS_URL: sharedEnv.REDIS_URL,
  REDIS_PASSWORD: sharedEnv.REDIS_PASSWORD,
  DATABASE_URL: sharedEnv.DATABASE_URL,
  DATABASE_SSL: sharedEnv.DATABASE_SSL,
  AUDIT_WRITER_URL: sharedEnv.AUDIT_WRITER_URL,
  LOG_LEVEL: sharedEnv.LOG_LEVEL,
  NODE_ENV: sharedEnv.NODE_ENV,
  NODE_OPTIONS: sharedEnv.NODE_OPTIONS,
  AUDIT_DATA_DIR: sharedEnv.AUDIT_DATA_DIR,
  AUDIT_WORKERS: sharedEnv.AUDIT_WORKERS,
  AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY,
  PORT: sharedEnv.PORT,
  HOST: sharedEnv.HOST,
});

/** Whoever reads an environment that a start hands on. */
const EVERY_PROCESS = [StartEnv, apiEnvSchema, workerEnvSchema, maintenanceEnvSchema];

/** What `npm start` was asked for. */
export interface StartSettings {
  /** Absolute. */
  readonly dataDir: string;
  /** The given Redis with its password, or null: run an embedded one. */
  readonly redisUrl: string | null;
  /** The given Postgres, or null: run an embedded one. */
  readonly databaseUrl: string | null;
  readonly databaseSsl: z.output<typeof StartEnv>['DATABASE_SSL'];
  readonly writerUrl: string | null;
  /** Whether the env file that a start writes was read into this shell: it may name the servers of a stack that is gone. */
  readonly isEnvFileRead: boolean;
  readonly host: string;
  readonly port: number;
  /** A port that somebody chose is never replaced by another. */
  readonly isPortGiven: boolean;
}

/** Throws a ConfigError that names whatever a process of the stack would end itself for, before anything is started. */
export function checkSettings(env: EnvSource = process.env): void {
  const faults = findFaults(EVERY_PROCESS, env);
  if (faults.length > 0) throw new ConfigError(faults);
}

/**
 * Reads `.env` and the environment (which wins). Throws a ConfigError that names every fault of every process.
 * The variables stay in `process.env`, so that the processes of the fleet inherit what is not decided here.
 */
export function readSettings(): StartSettings {
  loadEnvFile();
  checkSettings();
  const env = parseEnv(StartEnv);
  return {
    dataDir: toDataDir(env.AUDIT_DATA_DIR),
    redisUrl: isGiven('REDIS_URL') ? toRedisUrl(env) : null,
    databaseUrl: isGiven('DATABASE_URL') ? env.DATABASE_URL : null,
    databaseSsl: env.DATABASE_SSL,
    writerUrl: env.AUDIT_WRITER_URL ?? null,
    isEnvFileRead: STACK_NAMES.every(isGiven),
    host: env.HOST,
    port: env.PORT ?? DEFAULT_PORT,
    isPortGiven: env.PORT !== undefined,
  };
}

/** Only the data folder, for commands that act on a running stack. */
export function readDataDir(): string {
  loadEnvFile();
  return toDataDir(parseEnv(z.object({ AUDIT_DATA_DIR: sharedEnv.AUDIT_DATA_DIR })).AUDIT_DATA_DIR);
}

function toDataDir(path: string): string {
  return isAbsolute(path) ? path : join(WORKSPACE_DIR, path);
}

function isGiven(name: string): boolean {
  return (process.env[name] ?? '') !== '';
}
