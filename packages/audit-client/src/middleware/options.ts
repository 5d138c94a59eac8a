import type { AuditLogger } from '../audit-logger.ts';
import type { EventPriority } from '../events/event-priority.ts';
import type { PathRule } from './path-rule.ts';
import type { RequestEventLog } from './request-event-log.ts';
import type { ServerRequest } from './server-request.ts';
import type { TrustProxy } from './trust-proxy.ts';
import type { UserAnswer } from './user-lookup.ts';

/** How much of a request an event keeps. */
export interface RequestLoggingOptions {
  /** The headers of the request, under `headers`, those with secrets masked by name. Default as the service's `defaultLoggingOptions`: false. */
  readonly includeHeaders?: boolean | undefined;
}

/**
 * What the middleware logs and how. Each request leaves at most one event, when its answer has been sent. `Request` is
 * what your callbacks get: the request of your framework.
 */
export interface SecurityEventsMiddlewareOptions<Request = ServerRequest> {
  /** Where events go; `createSecurityEventService(...)` or anything with its `logEvent`. Default `securityEventService`. */
  readonly service?: RequestEventLog | undefined;
  /** Log every request, whatever its path. Default false. */
  readonly logAllRequests?: boolean | undefined;
  /** Log requests below `apiPaths`. Default true. */
  readonly logApiRequests?: boolean | undefined;
  /** Log requests below `adminPaths`; these are told first, so `/api/admin` is admin. Default true. */
  readonly logAdminRequests?: boolean | undefined;
  /**
   * Log, on any path, errors that were thrown, answers of `errorStatusFrom` and above, refusals (401, 403, 429) and requests
   * that the client aborted. Default true. False logs them where the switches above log the request anyway: errors as plain requests
   * then, refusals under their own types.
   */
  readonly logErrors?: boolean | undefined;
  /** Priority of requests that are neither below `apiPaths` nor below `adminPaths`. Default `info`. */
  readonly requestPriority?: EventPriority | undefined;
  /** Priority of requests below `apiPaths`. Default `info`. */
  readonly apiRequestPriority?: EventPriority | undefined;
  /** Priority of requests below `adminPaths`. Default `medium`. */
  readonly adminRequestPriority?: EventPriority | undefined;
  /** Priority of errors. Refusals have that of their type. Default `high`. */
  readonly errorPriority?: EventPriority | undefined;
  /**
   * Paths that leave no event, whatever happens there: prefixes of whole segments, in any case. A path with `..` in it is
   * never left out. Default `/health`, `/favicon.ico`, `/static`, `/metrics`.
   */
  readonly excludePaths?: readonly string[] | undefined;
  /** Which requests are API requests: prefixes of whole segments, or a function. Default `/api`. */
  readonly apiPaths?: PathRule<Request> | undefined;
  /** Which requests are admin requests. Default `/admin` and `/api/admin`. */
  readonly adminPaths?: PathRule<Request> | undefined;
  /** Status from which an answer is an error, 400 to 599; 401, 403 and 429 keep their own types. Default 500. */
  readonly errorStatusFrom?: number | undefined;
  /**
   * Whose `X-Forwarded-For` is believed, as Express writes it. Default: the framework's own setting (`trust proxy` of
   * Express, `trustProxy` of Fastify), else nobody's.
   */
  readonly trustProxy?: TrustProxy | undefined;
  /**
   * Who makes the request: an id, an object with `id`, `sessionId` and `tenantId`, a promise of either, or null. Asked when the answer
   * has been sent. Default: `request.user.id`.
   */
  getUser?(request: Request): UserAnswer | Promise<UserAnswer>;
  /** Milliseconds, 1 to 60000, after which an event goes without its user, marked `userLookup: timed_out`. Default 1000. */
  readonly userTimeoutMs?: number | undefined;
  /** Name of the response's header with the correlation id; false sends none. Default `x-correlation-id`. */
  readonly correlationHeader?: string | false | undefined;
  /** What an event keeps of its request. */
  readonly loggingOptions?: RequestLoggingOptions | undefined;
  /**
   * Whether SIGTERM and SIGINT hand on what the service holds, counts of open windows included, before they end the process,
   * for at most 5 s; a process that handles the signal itself is left to its own end. Default true.
   */
  readonly flushOnShutdown?: boolean | undefined;
  /** Where troubles of the middleware are reported, at most once in 10 s each. Default JSON lines on stderr. */
  readonly logger?: AuditLogger | undefined;
}
