import { createAuditClient, type ImportClient } from '@auditlane/audit-client/internal';
import type { Logger } from '@auditlane/runtime';
import type { ApiEnv } from '../env.ts';

/**
 * The client behind the ingest route: the same road, limits, spool and counters as for any application. `host` stays
 * empty where an event names none, since the machine it comes from is not this one.
 */
export function openEventSink(env: ApiEnv, logger: Logger, stack: AsyncDisposableStack): ImportClient {
  const client = createAuditClient({
    acceptIds: true,
    redisUrl: env.REDIS_URL,
    redisPassword: env.REDIS_PASSWORD,
    databaseUrl: env.DATABASE_URL,
    databaseSsl: env.DATABASE_SSL,
    writerUrl: env.AUDIT_WRITER_URL,
    queueKey: env.AUDIT_QUEUE_KEY,
    maxQueueLength: env.AUDIT_MAX_QUEUE_LENGTH,
    maxUrgentLength: env.AUDIT_MAX_URGENT_LENGTH,
    overflow: env.AUDIT_OVERFLOW,
    guarantee: env.AUDIT_GUARANTEE,
    spoolDir: env.AUDIT_SPOOL_DIR,
    spoolMaxBytes: env.AUDIT_SPOOL_MAX_BYTES,
    ringMaxBytes: env.AUDIT_RING_MAX_BYTES,
    bufferMaxEvents: env.AUDIT_BUFFER_MAX_EVENTS,
    maxEventBytes: env.AUDIT_MAX_EVENT_BYTES,
    host: null,
    logger,
  });
  stack.defer(() => client.close());
  return client;
}
