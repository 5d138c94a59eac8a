import type { Severity } from '@auditlane/schema';
import type { SecurityEventSource } from '../catalogue/security-event-source.ts';
import type { EventPriority } from '../event-priority.ts';
import type { RequestLike } from './request-like.ts';

/** What one call of `logEvent` says about its event; each wins over the tables of the service. */
export interface EventOptions {
  /** How soon it is handed on. Default: `defaultPriorities`, else the table of event types. */
  readonly priority?: EventPriority | undefined;
  /** How bad it is. Default: the table of event types, else by the priority. */
  readonly severity?: Severity | undefined;
  /** Default: what the details say, else the id of the request that runs. At most 255 characters count. */
  readonly correlationId?: string | null | undefined;
  /**
   * What makes two events the same one for deduplication; the empty text: this one is like no other. Default: the
   * fingerprint decides.
   */
  readonly dedupKey?: string | null | undefined;
  /** When it happened, as a Date or ms since the epoch. Default now. */
  readonly occurredAt?: Date | number | undefined;
}

/** What one call of `logFromRequest` says. */
export interface LogFromRequestOptions extends EventOptions {
  /** Default: by `adminPaths` and `apiPaths`, else `web`. */
  readonly source?: SecurityEventSource | (string & {}) | undefined;
  /** Whether the headers are kept, redacted. Default: `defaultLoggingOptions.includeHeaders`. */
  readonly includeHeaders?: boolean | undefined;
}

/** What one call of a method such as `authentication.loginFailure` says. */
export interface FamilyEventOptions extends LogFromRequestOptions {
  /** The request that the event is about: the event then says what `logFromRequest` would. */
  readonly request?: RequestLike | undefined;
}
