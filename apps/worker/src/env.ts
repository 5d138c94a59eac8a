import { checkBatchSizes, sharedEnv } from '@auditlane/runtime';
import * as z from 'zod';
import { CRASH_STEPS } from './storing/crash-point.ts';

/** Everything that a worker reads from the environment; each variable is described once, in the runtime package. */
export const workerEnvSchema = z
  .object({
    REDIS_URL: sharedEnv.REDIS_URL,
    REDIS_PASSWORD: sharedEnv.REDIS_PASSWORD,
    DATABASE_URL: sharedEnv.DATABASE_URL,
    DATABASE_SSL: sharedEnv.DATABASE_SSL,
    AUDIT_WRITER_URL: sharedEnv.AUDIT_WRITER_URL,
    ENABLE_METRICS: sharedEnv.ENABLE_METRICS,
    LOG_LEVEL: sharedEnv.LOG_LEVEL,
    NODE_ENV: sharedEnv.NODE_ENV,
    AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY,
    AUDIT_MAX_QUEUE_LENGTH: sharedEnv.AUDIT_MAX_QUEUE_LENGTH,
    AUDIT_MAX_URGENT_LENGTH: sharedEnv.AUDIT_MAX_URGENT_LENGTH,
    AUDIT_MAX_EVENT_BYTES: sharedEnv.AUDIT_MAX_EVENT_BYTES,
    AUDIT_MAX_FAILED_LENGTH: sharedEnv.AUDIT_MAX_FAILED_LENGTH,
    AUDIT_BATCH_SMALL: sharedEnv.AUDIT_BATCH_SMALL,
    AUDIT_BATCH_MEDIUM: sharedEnv.AUDIT_BATCH_MEDIUM,
    AUDIT_BATCH_LARGE: sharedEnv.AUDIT_BATCH_LARGE,
    AUDIT_BATCH_MEDIUM_AT: sharedEnv.AUDIT_BATCH_MEDIUM_AT,
    AUDIT_BATCH_LARGE_AT: sharedEnv.AUDIT_BATCH_LARGE_AT,
    AUDIT_LINGER_MS: sharedEnv.AUDIT_LINGER_MS,
    AUDIT_LEASE_MS: sharedEnv.AUDIT_LEASE_MS,
    AUDIT_CRASH_AT: sharedEnv.AUDIT_CRASH_AT.pipe(z.enum(CRASH_STEPS).optional()),
  })
  .superRefine(checkBatchSizes);

export type WorkerEnv = Readonly<z.output<typeof workerEnvSchema>>;
