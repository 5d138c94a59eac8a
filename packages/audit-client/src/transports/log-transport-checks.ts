import { SEVERITIES } from '@auditlane/schema';
import { z } from 'zod';
import { EVENT_PRIORITIES } from '../events/event-priority.ts';
import type { SecurityEventServiceConfig } from '../events/index.ts';
import type { LogEventService } from './log-event-service.ts';
import type { LogRecord } from './log-record.ts';

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** The checks of each option, to be extended by the transports with theirs. */
export const LOG_TRANSPORT_CHECKS = {
  service: z.custom<LogEventService>(isService, 'must have the methods logEvent and flush').optional(),
  config: z.custom<SecurityEventServiceConfig>(isConfig, 'must be an object').optional(),
  levels: z
    .record(z.string().min(1), z.strictObject({ severity: z.enum(SEVERITIES), priority: z.enum(EVENT_PRIORITIES) }))
    .default({}),
  filter: z.custom<(record: LogRecord) => boolean>(isFunction, 'must be a function').optional(),
  type: z
    .union([
      z.string().min(1).max(255),
      z.custom<(record: LogRecord) => string>(isFunction, 'must be a text or a function'),
    ])
    .optional(),
  source: z.string().min(1).max(255).default('service'),
  maxPending: z.int().min(1).max(1_000_000).default(10_000),
  closeTimeout: z.int().min(1).max(600_000).default(5000),
} as const;

/** Options of a transport after their check. */
export type LogSinkOptions = z.output<z.ZodObject<typeof LOG_TRANSPORT_CHECKS>>;

function isService(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    isFunction(Reflect.get(value, 'logEvent')) &&
    isFunction(Reflect.get(value, 'flush'))
  );
}

function isConfig(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
