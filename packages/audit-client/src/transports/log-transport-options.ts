import { SEVERITIES } from '@auditlane/schema';
import { z } from 'zod';
import type { SecurityEventServiceConfig } from '../events/index.ts';
import { EVENT_PRIORITIES } from '../events/event-priority.ts';
import type { LevelTable } from './log-levels.ts';
import type { LogEventService } from './log-event-service.ts';
import type { LogRecord } from './log-record.ts';

/**
 * Options that the winston and the pino transport share. An invalid one does not throw, since a process must not
 * end over an option of its logger: it keeps its default, and stderr says so.
 */
export interface LogTransportOptions {
  /** The service that gets the events. The transport flushes it and leaves it open. Default `securityEventService`. */
  readonly service?: LogEventService | undefined;
  /** Makes a service of the transport's own, closed with it, instead; for a worker thread, which can be given no object with functions. */
  readonly config?: SecurityEventServiceConfig | undefined;
  /** Severity and priority by level name; replaces single entries of `DEFAULT_LOG_LEVELS`. Default none. */
  readonly levels?: LevelTable | undefined;
  /** Whether a record becomes an event. A filter that throws lets its record pass. Default: every one does. */
  readonly filter?: ((record: LogRecord) => boolean) | undefined;
  /** The type of the event. Default: the record's field `eventType` or `event_type` if it is a text, else `log.<level>`. */
  readonly type?: string | ((record: LogRecord) => string) | undefined;
  /** The source of the event. Default `service`. */
  readonly source?: string | undefined;
  /** Records that may wait for the answer of the service; more are dropped and counted. 1 to 1000000, default 10000. */
  readonly maxPending?: number | undefined;
  /** Milliseconds that the end of the logger may wait for the events to be handed on. 1 to 600000, default 5000. */
  readonly closeTimeout?: number | undefined;
}

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
