import { checkRedis, QueueError } from '@auditlane/queue';
import type { CheckRedisOptions, connectRedis, QueueKeys, RedisFault } from '@auditlane/queue';
import { ConfigError } from '@auditlane/runtime';
import type { RateLimitedLog, Sleep } from '@auditlane/runtime';
import { outageBackoffMs } from '../outages/backoff.ts';

export type Redis = ReturnType<typeof connectRedis>;

export interface RedisCheckParts {
  readonly redis: Redis;
  readonly keys: QueueKeys;
  readonly caps: CheckRedisOptions;
  readonly log: RateLimitedLog;
}

/** Logs each finding at the level it deserves, and returns those that forbid a worker to run. */
export async function reportRedisFaults(parts: RedisCheckParts): Promise<readonly RedisFault[]> {
  const faults = await checkRedis(parts.redis, parts.keys, parts.caps);
  for (const { code, severity, message } of faults) {
    const level = severity === 'warning' ? 'warn' : 'error';
    parts.log[level](`redis-check:${message}`, { code, severity, fault: message }, 'redis self-check');
  }
  return faults.filter((fault) => fault.severity === 'fatal');
}

/**
 * Waits, for as long as it takes, until Redis answers, and looks at how it is set up. Throws a ConfigError (exit 78)
 * when accepted events could vanish from it, as under an eviction policy. A setting that Redis does not tell, as managed
 * servers do not, is a warning. Resolves without an answer when the signal aborts.
 */
export async function awaitRedis(
  parts: RedisCheckParts & { readonly sleep: Sleep; readonly random: () => number },
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      const fatal = await reportRedisFaults(parts);
      if (fatal.length > 0) throw new ConfigError(fatal.map(({ message }) => ({ name: 'Redis', problem: message })));
      return;
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      parts.log.warn(`redis-start:${error.code}`, { err: error, code: error.code }, 'waiting for redis');
    }
    await parts.sleep(outageBackoffMs(failures, parts.random), signal);
  }
}
