import { checkBatchSizes, sharedEnv } from '@auditlane/runtime';
import * as z from 'zod';

/** What the API reads; each variable is described, bounded and given its default in `@auditlane/runtime`. */
export const envSchema = z
  .object({
    // Where the queue and the events are.
    REDIS_URL: sharedEnv.REDIS_URL,
    REDIS_PASSWORD: sharedEnv.REDIS_PASSWORD,
    DATABASE_URL: sharedEnv.DATABASE_URL,
    DATABASE_SSL: sharedEnv.DATABASE_SSL,
    AUDIT_WRITER_URL: sharedEnv.AUDIT_WRITER_URL,
    // How it serves.
    PORT: sharedEnv.PORT,
    HOST: sharedEnv.HOST,
    AUDIT_LOOPBACK_SCOPES: sharedEnv.AUDIT_LOOPBACK_SCOPES,
    ENABLE_METRICS: sharedEnv.ENABLE_METRICS,
    LOG_LEVEL: sharedEnv.LOG_LEVEL,
    NODE_ENV: sharedEnv.NODE_ENV,
    // What the queue may hold, which health is measured against.
    AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY,
    AUDIT_MAX_QUEUE_LENGTH: sharedEnv.AUDIT_MAX_QUEUE_LENGTH,
    AUDIT_MAX_URGENT_LENGTH: sharedEnv.AUDIT_MAX_URGENT_LENGTH,
    AUDIT_MAX_FAILED_LENGTH: sharedEnv.AUDIT_MAX_FAILED_LENGTH,
    AUDIT_MAX_EVENT_BYTES: sharedEnv.AUDIT_MAX_EVENT_BYTES,
    // Which batch size a queue length calls for.
    AUDIT_BATCH_SMALL: sharedEnv.AUDIT_BATCH_SMALL,
    AUDIT_BATCH_MEDIUM: sharedEnv.AUDIT_BATCH_MEDIUM,
    AUDIT_BATCH_LARGE: sharedEnv.AUDIT_BATCH_LARGE,
    AUDIT_BATCH_MEDIUM_AT: sharedEnv.AUDIT_BATCH_MEDIUM_AT,
    AUDIT_BATCH_LARGE_AT: sharedEnv.AUDIT_BATCH_LARGE_AT,
    // The client behind the ingest route.
    AUDIT_OVERFLOW: sharedEnv.AUDIT_OVERFLOW,
    AUDIT_GUARANTEE: sharedEnv.AUDIT_GUARANTEE,
    AUDIT_SPOOL_DIR: sharedEnv.AUDIT_SPOOL_DIR,
    AUDIT_SPOOL_MAX_BYTES: sharedEnv.AUDIT_SPOOL_MAX_BYTES,
    AUDIT_RING_MAX_BYTES: sharedEnv.AUDIT_RING_MAX_BYTES,
    AUDIT_BUFFER_MAX_EVENTS: sharedEnv.AUDIT_BUFFER_MAX_EVENTS,
  })
  .superRefine(checkBatchSizes);

export type ApiEnv = Readonly<z.output<typeof envSchema>>;
