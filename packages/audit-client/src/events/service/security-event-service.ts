import type { EventIssue } from '@auditlane/schema';
import type { EventPattern } from '../bus/event-pattern.ts';
import type { HandlerContext, SecurityEventHandler } from '../bus/handler-slot.ts';
import type { SecurityEventEmitterStats } from '../bus/handler-stats.ts';
import type { EventOf, SecurityEventEmitter } from '../bus/security-event-emitter.ts';
import type { BatchedEventProcessor } from '../batching/batched-event-processor.ts';
import type { BatchProcessingStats } from '../batching/batch-stats.ts';
import type { DetailsOf, KnownEventType } from '../catalogue/security-event-details.ts';
import type { SecurityEventSource } from '../catalogue/security-event-source.ts';
import type { SecurityEventType } from '../catalogue/security-event-type.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { MetricRegistry } from '../metrics/metric-registry.ts';
import type { EventFamilies } from './event-families.ts';
import type { EventOptions, LogFromRequestOptions } from './event-options.ts';
import type { RequestLike } from './request-like.ts';
import type { EventTypeTable } from './security-event-service-config.ts';

/** Figures of a service: those of its batches, and what never got there. */
export interface SecurityEventServiceStats extends BatchProcessingStats {
  /** Calls that were refused before they were received: no event, after `close()`, a bad configuration, a defect. */
  readonly totalRejected: number;
  /** Calls while `enabled` was false. */
  readonly totalDisabled: number;
  /** The bus. */
  readonly handlers: SecurityEventEmitterStats;
}

/** What is the same of every service, whatever its event types are. */
export interface SecurityEventServiceCore {
  /**
   * Logs a security event. Never throws and never rejects, so it may be left un-awaited: the answer says where the event
   * is. The details are copied and redacted before the call returns.
   *
   * `buffered` means that it waits in this process for its batch (`maxWaitTime`: up to 30 s for INFO), and a crash within
   * this wait loses it unless `journal` is on; CRITICAL and HIGH are never answered so.
   *
   * @example
   * void securityEventService.logEvent(SecurityEventType.AUTH_LOGIN_FAILURE, SecurityEventSource.WEB, {
   *   userId: 'u-17',
   *   ipAddress: '203.0.113.7',
   *   reason: 'wrong_password',
   * });
   */
  logEvent<Type extends KnownEventType | (string & {})>(
    type: Type,
    source: SecurityEventSource | (string & {}),
    details?: DetailsOf<Type>,
    options?: EventOptions,
  ): Promise<EventReceipt>;
  /**
   * As `logEvent`, with what the request says: `ipAddress`, `userAgent`, `method`, `route`, `path`, `status`, `httpHost`,
   * `userId`, correlation id, and the headers if asked for; `details` win. The source follows from the path. It takes a
   * request of Express 4 or 5 or of plain Node, in any state.
   */
  logFromRequest<Type extends KnownEventType | (string & {})>(
    type: Type,
    request: RequestLike,
    details?: DetailsOf<Type>,
    options?: LogFromRequestOptions,
  ): Promise<EventReceipt>;
  /** Calls `handler` with every event of this type, beside storage; see `SecurityEventEmitter.on`. */
  on<Type extends KnownEventType>(
    type: Type,
    handler: (event: EventOf<Type>, context: HandlerContext) => unknown,
  ): void;
  on(pattern: EventPattern, handler: SecurityEventHandler): void;
  /** Takes a handler back. */
  off(pattern: EventPattern, handler: (event: never, context: HandlerContext) => unknown): void;
  /**
   * Hands on all that waits, now; answers how many events found their place and how many did not. Windows of identical
   * events stay open, and their counts in memory: see `drain`. Never rejects.
   */
  flush(): Promise<{ readonly processed: number; readonly failed: number }>;
  /**
   * As `flush`, and ends the windows of identical events with their summaries; what fails now goes to the spool without
   * another attempt. For the end of a process; events are still taken. Never rejects.
   */
  drain(): Promise<void>;
  getStats(): SecurityEventServiceStats;
  /** `defaultLoggingOptions`, for what reads requests itself, as the middleware does. */
  getLoggingOptions(): { readonly includeHeaders: boolean };
  /** What was wrong with the configuration: these options have their defaults, or, with `same_method`, share a method. */
  getIssues(): readonly EventIssue[];
  /** What batches the events: its own events (`batch:processed`, `event:dropped`, …) are there. */
  getProcessor(): BatchedEventProcessor;
  /** The bus. */
  getEmitter(): SecurityEventEmitter;
  /**
   * Puts the figures of this service into a registry of prom-client as `audit_client_*`, with the label `service`. Answers
   * false, and logs why, when the registry does not take them. Never throws.
   */
  registerMetrics(registry: MetricRegistry): boolean;
  /**
   * Flushes, waits for the handlers of the bus, and takes no more events: later calls are answered `closed`. Never rejects;
   * may be called again, and then joins the close under way. A client that was given, and the default one, stay open.
   */
  close(): Promise<void>;
}

/** The types of a table as the compiler knows them; of a table that it does not know by name there are none. */
export type OwnTypes<Types extends EventTypeTable> = string extends keyof Types ? never : keyof Types & string;

/**
 * The service: `logEvent` and the rest of {@link SecurityEventServiceCore}, and one method for each event type, by family:
 * `authentication.loginFailure(details)`, `access.denied(details)`, `data.exported(details)`.
 */
export type SecurityEventService<Types extends EventTypeTable = Readonly<Record<never, never>>> =
  SecurityEventServiceCore & EventFamilies<SecurityEventType | OwnTypes<Types>>;
