import type { Severity } from '@auditlane/schema';
import type { AuditClient } from '../../audit-client.ts';
import type { AuditLogger } from '../../audit-logger.ts';
import type { PathRule } from '../../middleware/path-rule.ts';
import type { TrustProxy } from '../../middleware/trust-proxy.ts';
import type { UserAnswer } from '../../middleware/user-lookup.ts';
import type { BatchProcessingOptions } from '../batching/batch-options.ts';
import type { SecurityEventDefaults } from '../catalogue/security-event-defaults.ts';
import type { SecurityEventSource } from '../catalogue/security-event-source.ts';
import type { EventPriority } from '../event-priority.ts';
import type { EventProcessor } from '../event-processor.ts';
import type { RedactionConfig } from '../redaction/redaction-config.ts';
import type { RequestLike } from './request-like.ts';

/** What a configuration says of an event type; the rest comes from the built-in table. */
export type EventTypeFacts = {
  readonly [Name in keyof SecurityEventDefaults]?: SecurityEventDefaults[Name] | undefined;
};

/** The table of event types as a service is given it. */
export type EventTypeTable = Readonly<Record<string, EventTypeFacts>>;

/**
 * Settings of a service. An invalid value does not throw and loses no event: the option keeps its default, the logger says
 * so, and `getIssues()` of the service names it. With an invalid `redaction` every call is answered `misconfigured` instead:
 * what should not leave the process does not.
 */
export interface SecurityEventServiceConfig<Types extends EventTypeTable = EventTypeTable> {
  /** False: nothing is logged, and every call is answered `disabled`. Default true. */
  readonly enabled?: boolean | undefined;
  /** How events are batched, deduplicated and retried; see `BatchProcessingOptions`. */
  readonly batchProcessing?: BatchProcessingOptions | undefined;
  /** Priorities by event type, before those of `eventTypes`. Default none. */
  readonly defaultPriorities?: Readonly<Record<string, EventPriority>> | undefined;
  /**
   * Replaces entries of the table of event types (`SECURITY_EVENT_DEFAULTS`), and adds your own types to it; those with a
   * dot also become methods of the service: `billing.refund.denied` is `service.billing.refundDenied(…)`. Of two types
   * with one method the last one has it, and `getIssues()` names it. Default none.
   */
  readonly eventTypes?: Types | undefined;
  /** Severities of types that no table knows, by priority. Default `SEVERITY_BY_PRIORITY`, each as its priority. */
  readonly severityByPriority?: Readonly<Partial<Record<EventPriority, Severity>>> | undefined;
  /** `includeHeaders`: whether `logFromRequest` keeps the headers, redacted. Default false. */
  readonly defaultLoggingOptions?: { readonly includeHeaders?: boolean | undefined } | undefined;
  /** `source` of events of the typed methods. Default `service`. */
  readonly defaultSource?: SecurityEventSource | (string & {}) | undefined;
  /** Requests whose source is `api`: prefixes of the path, or a function of it. Default `/api`. */
  readonly apiPaths?: PathRule<RequestLike> | undefined;
  /** Requests whose source is `admin`, before `apiPaths`. Default `/admin` and `/api/admin`. */
  readonly adminPaths?: PathRule<RequestLike> | undefined;
  /** Which peers are proxies, whose `X-Forwarded-For` counts. Default: what the Express application was told, else none. */
  readonly trustProxy?: TrustProxy | undefined;
  /** Who makes a request: an id, or an object with `id`, `sessionId` and `tenantId`. Default `request.user.id`. */
  readonly getUser?: ((request: RequestLike) => UserAnswer) | undefined;
  /** What must not leave the process, beside what is always masked. */
  readonly redaction?: RedactionConfig | undefined;
  /** Milliseconds after which a call of a handler of the bus is given up, 1 to 600000. Default 10000. */
  readonly handlerTimeout?: number | undefined;
  /** The client that events go through. Default: the default client. The service neither flushes nor closes it; its own close first lets the service hand over what waits. */
  readonly client?: AuditClient | undefined;
  /** Where batches go instead of the queue: a `DatabaseEventProcessor`, a fan-out, your own. */
  readonly processor?: EventProcessor | undefined;
  /** Label `service` of this service's metrics. Default `default`. */
  readonly name?: string | undefined;
  /** Where troubles are reported, at most once in 10 s each; a pino logger fits. Default JSON lines on stderr. */
  readonly logger?: AuditLogger | undefined;
}
