import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { readKeyFacts, type KeyFact } from './key-facts.ts';
import { readServerFacts, type ServerFacts } from './server-facts.ts';

/** Closed set of what `checkRedis` can find. */
export type RedisFaultCode =
  | 'old_version'
  | 'eviction'
  | 'aof_off'
  | 'fsync_not_always'
  | 'no_fsync_on_rewrite'
  | 'aof_write_failed'
  | 'caps_exceed_memory'
  | 'setting_unknown'
  | 'wrong_type'
  | 'expiring_key';

/** One finding: the fact and the remedy in one sentence. */
export interface RedisFault {
  readonly code: RedisFaultCode;
  /**
   * `fatal`: accepted events can vanish or the protocol cannot run, a worker must not start; `critical`: a crash of
   * Redis loses accepted events; `warning`: worth knowing.
   */
  readonly severity: 'fatal' | 'critical' | 'warning';
  readonly message: string;
}

/** What the settings are compared with. */
export interface CheckRedisOptions {
  /** AUDIT_MAX_QUEUE_LENGTH. */
  readonly capacity: number;
  /** AUDIT_MAX_URGENT_LENGTH. */
  readonly urgentCapacity: number;
  /** Bytes that an entry is expected to take in Redis, its overhead included. Default 1024. */
  readonly entryBytes?: number;
}

const ENTRY_BYTES = 1024;
const OLDEST_VERSION = { major: 6, minor: 2 } as const;

function checkVersion({ version }: ServerFacts): readonly RedisFault[] {
  if (version === null) return [toUnknown('version')];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_VERSION.major || (major === OLDEST_VERSION.major && minor >= OLDEST_VERSION.minor)) return [];
  return [
    {
      code: 'old_version',
      severity: 'fatal',
      message: `Redis ${version} is too old: RPOP with a count needs 6.2 or newer`,
    },
  ];
}

function toUnknown(setting: string): RedisFault {
  return {
    code: 'setting_unknown',
    severity: 'warning',
    message: `Redis does not tell its ${setting} (CONFIG is denied, as managed servers do): check it where it is managed`,
  };
}

function checkEviction({ policy }: ServerFacts): readonly RedisFault[] {
  if (policy === null) return [toUnknown('maxmemory-policy')];
  if (policy === 'noeviction') return [];
  const message = `Redis evicts keys when memory is full (maxmemory-policy ${policy}), and with them accepted events: set maxmemory-policy noeviction`;
  return [{ code: 'eviction', severity: 'fatal', message }];
}

function checkPersistence(facts: ServerFacts): readonly RedisFault[] {
  const faults: RedisFault[] = [];
  if (facts.isAofOn === null) faults.push(toUnknown('appendonly'));
  if (facts.isAofOn === false) {
    faults.push({
      code: 'aof_off',
      severity: 'critical',
      message: 'Redis keeps no append-only file, so its restart loses the queue: set appendonly yes',
    });
    return faults;
  }
  if (facts.isAofWriteOk === false) {
    faults.push({
      code: 'aof_write_failed',
      severity: 'critical',
      message: 'Redis could not write its append-only file the last time: check the space on its disk',
    });
  }
  if (facts.fsync === null) faults.push(toUnknown('appendfsync'));
  else if (facts.fsync !== 'always') {
    faults.push({
      code: 'fsync_not_always',
      severity: 'warning',
      message: `Redis runs appendfsync ${facts.fsync}: a crash can lose up to 3 s of accepted events; set appendfsync always`,
    });
  }
  if (facts.isFsyncPausedOnRewrite === null) faults.push(toUnknown('no-appendfsync-on-rewrite'));
  else if (facts.isFsyncPausedOnRewrite) {
    faults.push({
      code: 'no_fsync_on_rewrite',
      severity: 'critical',
      message: 'Redis stops fsync while it rewrites its append-only file: set no-appendfsync-on-rewrite no',
    });
  }
  return faults;
}

function checkMemory({ maxMemoryBytes }: ServerFacts, options: CheckRedisOptions): readonly RedisFault[] {
  if (maxMemoryBytes === null) return [toUnknown('maxmemory')];
  const neededBytes = (options.capacity + options.urgentCapacity) * (options.entryBytes ?? ENTRY_BYTES);
  if (maxMemoryBytes === 0 || neededBytes <= maxMemoryBytes) return [];
  const message = `Both lanes full need about ${neededBytes} bytes, but Redis may use ${maxMemoryBytes}: raise maxmemory or lower AUDIT_MAX_QUEUE_LENGTH and AUDIT_MAX_URGENT_LENGTH`;
  return [{ code: 'caps_exceed_memory', severity: 'warning', message }];
}

function checkKey({ key, expected, actual, expiresInMs }: KeyFact): readonly RedisFault[] {
  if (actual !== expected) {
    return [
      {
        code: 'wrong_type',
        severity: 'critical',
        message: `Redis key ${key} is a ${actual} and must be a ${expected}: somebody wrote to it; rename or delete it`,
      },
    ];
  }
  if (expiresInMs === null) return [];
  return [
    {
      code: 'expiring_key',
      severity: 'critical',
      message: `Redis key ${key} expires in ${expiresInMs} ms, and its contents with it: run PERSIST ${key}`,
    },
  ];
}

/**
 * Looks at the settings of Redis and at the type and expiry of every key of the queue. For start-up and once an hour.
 * Reads only; rejects with a `QueueError` when Redis is away. A setting that Redis does not tell is a warning.
 */
export async function checkRedis(
  redis: Redis,
  keys: QueueKeys,
  options: CheckRedisOptions,
): Promise<readonly RedisFault[]> {
  const facts = await readServerFacts(redis);
  const keyFacts = await readKeyFacts(redis, keys);
  return [
    ...checkVersion(facts),
    ...checkEviction(facts),
    ...checkPersistence(facts),
    ...checkMemory(facts, options),
    ...keyFacts.flatMap(checkKey),
  ];
}
