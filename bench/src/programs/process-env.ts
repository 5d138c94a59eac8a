import type { Stack } from '../servers/stack.ts';

/** The environment without settings of this project: those of whoever starts the bench must not be measured. */
export function plainEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AUDIT_')));
}

/**
 * Where the servers of a stack are, as every process of the project reads it; workers and clients write as the role that is
 * theirs. With room for what a benchmark pushes, and waiting where there is none: a spool that took a part would make the
 * queue look faster than it is.
 */
export function toProcessEnv({ redis, postgres }: Stack): Readonly<Record<string, string>> {
  return {
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    AUDIT_WRITER_URL: `${postgres.url}?options=${encodeURIComponent('-c role=audit_writer')}`,
    AUDIT_MAX_QUEUE_LENGTH: '5000000',
    AUDIT_OVERFLOW: 'wait',
  };
}
