import type { Redis } from 'ioredis';
import { QueueError } from './queue-error.ts';
import { toPairs } from './reply.ts';
import { withDeadline } from './script.ts';

/** What Redis tells of itself; null where it does not. */
export interface ServerFacts {
  readonly version: string | null;
  /** 0: no limit. */
  readonly maxMemoryBytes: number | null;
  readonly policy: string | null;
  readonly isAofOn: boolean | null;
  readonly isAofWriteOk: boolean | null;
  readonly fsync: string | null;
  readonly isFsyncPausedOnRewrite: boolean | null;
}

// Managed servers deny or rename CONFIG; these are the answers that mean so.
const REFUSALS: ReadonlySet<string> = new Set(['denied', 'protocol']);

async function readSettings(redis: Redis, pattern: string): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(toPairs(await withDeadline(redis, () => redis.callBuffer('CONFIG', ['GET', pattern]))));
  } catch (error) {
    if (error instanceof QueueError && REFUSALS.has(error.code)) return new Map();
    throw error;
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const));
}

function toFlag(value: string | undefined, yes: string): boolean | null {
  return value === undefined ? null : value === yes;
}

/** Reads INFO, which every server answers, and CONFIG where it is allowed. */
export async function readServerFacts(redis: Redis): Promise<ServerFacts> {
  const info = parseInfo(await withDeadline(redis, () => redis.info()));
  const fsync = await readSettings(redis, 'appendfsync');
  const onRewrite = await readSettings(redis, 'no-appendfsync-on-rewrite');
  const maxMemory = info.get('maxmemory');
  return {
    version: info.get('redis_version') ?? null,
    maxMemoryBytes: maxMemory === undefined ? null : Number(maxMemory),
    policy: info.get('maxmemory_policy') ?? null,
    isAofOn: toFlag(info.get('aof_enabled'), '1'),
    isAofWriteOk: toFlag(info.get('aof_last_write_status'), 'ok'),
    fsync: fsync.get('appendfsync') ?? null,
    isFsyncPausedOnRewrite: toFlag(onRewrite.get('no-appendfsync-on-rewrite'), 'yes'),
  };
}
