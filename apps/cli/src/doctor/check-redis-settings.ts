import { checkRedis, type RedisFault, type RedisFaultCode } from '@auditlane/queue';
import type { RedisAccess } from '../servers/open-servers.ts';
import type { Settings } from '../servers/settings.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Which findings belong to which line, and what the line says when there is none. */
const SUBJECTS = [
  ['redis version', ['old_version'], '6.2 or newer'],
  ['redis eviction', ['eviction'], 'noeviction: nothing accepted is ever deleted'],
  [
    'redis persistence',
    ['aof_off', 'aof_write_failed', 'fsync_not_always', 'no_fsync_on_rewrite'],
    'append-only file, fsync before each answer',
  ],
  ['redis memory', ['caps_exceed_memory'], 'both lanes fit when they are full'],
  ['redis settings', ['setting_unknown'], 'all told'],
  ['redis keys', ['wrong_type', 'expiring_key'], 'each of its type, none expires'],
] as const satisfies readonly (readonly [check: string, codes: readonly RedisFaultCode[], fine: string])[];

/** How Redis is set up, and the type and expiry of every key of the queue. */
export async function checkRedisSettings(access: RedisAccess, { env }: Settings): Promise<readonly Finding[]> {
  const faults = await checkRedis(access.redis, access.keys, {
    capacity: env.AUDIT_MAX_QUEUE_LENGTH,
    urgentCapacity: env.AUDIT_MAX_URGENT_LENGTH,
  });
  return SUBJECTS.flatMap(([check, codes, fine]) => {
    const known: ReadonlySet<RedisFaultCode> = new Set(codes);
    const found = faults.filter(({ code }) => known.has(code));
    return found.length === 0 ? [ok(check, fine)] : found.map((fault) => toFinding(check, fault));
  });
}

function toFinding(check: string, { severity, message }: RedisFault): Finding {
  return severity === 'warning' ? warn(check, message) : fail(check, message);
}
