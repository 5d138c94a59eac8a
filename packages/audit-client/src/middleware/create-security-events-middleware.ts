import type { IncomingMessage, ServerResponse } from 'node:http';
import { findExpressTrust } from './client-address.ts';
import { createWatcher, runWatched } from './create-watcher.ts';
import { createHelpers, type RouteHelpers } from './helpers/create-helpers.ts';
import type { SecurityEventsMiddlewareOptions } from './options.ts';
import { readRoutePattern } from './route-pattern.ts';
import type { ServerRequest } from './server-request.ts';

/** Goes on to the next handler, or with an error to the next error handler. */
export type Next = (error?: unknown) => void;
/** A handler as Express 4 and 5, Connect and the like take it. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
/** An error handler as Express takes it: the four parameters are what it is told by. */
// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
export type ErrorHandler = (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** The middleware: `app.use(events)` before the routes, `app.use(events.errorHandler)` after them. */
export interface SecurityEventsMiddleware<Request = ServerRequest> extends RouteHelpers<Request, Handler> {
  (request: IncomingMessage, response: ServerResponse, next: Next): void;
  /**
   * Notes what was thrown and hands it on unchanged, so that your own error handlers, after it, and Express' do what they
   * would do without it. Without it, errors are told by the status of their answer alone.
   */
  readonly errorHandler: ErrorHandler;
  /** Resolves when the events of all answers sent before are where the service puts them. Never rejects. */
  flush(): Promise<void>;
  /** Flushes for the last time, and ends the windows of identical events; the service stays open, since it may be another's, too. Never rejects. */
  close(): Promise<void>;
}

const EXPRESS = {
  readRoute: (_subject: unknown, request: ServerRequest) => readRoutePattern(request),
  readPeer: (_subject: unknown, request: ServerRequest) => request.socket?.remoteAddress,
  findTrust: findExpressTrust,
} as const;

/**
 * Makes a middleware for Express 4 and 5 that logs requests as security events: API and admin requests, errors, refusals
 * and aborted requests by default, at most one event each, when the answer has been sent. It never breaks, delays or
 * changes an answer, but for the header with the correlation id; its own troubles go to `logger`.
 *
 * @throws AuditError `misconfigured`, whose message names every fault, when an option is unknown or out of its bounds
 *
 * @example
 * const events = createSecurityEventsMiddleware({ adminPaths: ['/admin', '/internal'] });
 * app.use(events);
 * app.post('/login', events.authentication(), login);
 * app.use(events.errorHandler);
 */
export function createSecurityEventsMiddleware<Request = ServerRequest>(
  options: SecurityEventsMiddlewareOptions<Request> = {},
): SecurityEventsMiddleware<Request> {
  const { watcher, attempt, close } = createWatcher(options, EXPRESS);

  function securityEvents(request: IncomingMessage, response: ServerResponse, next: Next): void {
    runWatched(
      attempt(() => watcher.begin({ request, response, subject: request })),
      next,
    );
  }

  // oxlint-disable-next-line max-params -- as above
  const errorHandler: ErrorHandler = (error, request, response, next) => {
    attempt(() => watcher.noteError({ request, response, subject: request }, error));
    next(error);
  };
  const helpers = createHelpers<Request, Handler>((declaration) => (request, response, next) => {
    attempt(() => watcher.declare({ request, response, subject: request }, declaration));
    next();
  });
  return Object.assign(securityEvents, { ...helpers, errorHandler, flush: () => watcher.flush(), close });
}
