import { sharedEnv } from '@auditlane/runtime';
import * as z from 'zod';

/** Everything that maintenance reads from the environment; each variable is described once, in the runtime package. */
export const maintenanceEnvSchema = z.object({
  REDIS_URL: sharedEnv.REDIS_URL,
  REDIS_PASSWORD: sharedEnv.REDIS_PASSWORD,
  DATABASE_URL: sharedEnv.DATABASE_URL,
  DATABASE_SSL: sharedEnv.DATABASE_SSL,
  LOG_LEVEL: sharedEnv.LOG_LEVEL,
  NODE_ENV: sharedEnv.NODE_ENV,
  AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY,
  // What the queue may hold, which the self-check compares with the memory of Redis.
  AUDIT_MAX_QUEUE_LENGTH: sharedEnv.AUDIT_MAX_QUEUE_LENGTH,
  AUDIT_MAX_URGENT_LENGTH: sharedEnv.AUDIT_MAX_URGENT_LENGTH,
  // What the list of dead letters may hold before its oldest move to the table.
  AUDIT_MAX_FAILED_LENGTH: sharedEnv.AUDIT_MAX_FAILED_LENGTH,
  AUDIT_MAX_FAILED_BYTES: sharedEnv.AUDIT_MAX_FAILED_BYTES,
  AUDIT_RETENTION_DAYS: sharedEnv.AUDIT_RETENTION_DAYS,
});

export type MaintenanceEnv = Readonly<z.output<typeof maintenanceEnvSchema>>;
