import type { SecurityEventServiceConfig } from '../events/index.ts';
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
