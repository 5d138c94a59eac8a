import { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createCorrelationId, toCorrelation } from '../../events/correlation/correlation.ts';
import { createWatcher, runWatched } from '../create-watcher.ts';
import { createHelpers, type RouteHelpers } from '../helpers/create-helpers.ts';
import type { SecurityEventsMiddlewareOptions } from '../options.ts';
import type { Arrival } from '../request-watcher.ts';
import type { ServerRequest } from '../server-request.ts';

/** What of a context of Hono is used; the package itself is not needed. */
export interface HonoContextLike {
  readonly req: { readonly raw: { readonly headers: unknown }; readonly matchedRoutes?: unknown };
  readonly env: unknown;
  readonly error: Error | undefined;
}

type Next = () => Promise<void>;
/** A handler of Hono that goes on to the next one. */
export type HonoHandler = (context: HonoContextLike, next: Next) => Promise<void>;

/** The middleware: `app.use(events)` before the routes; its helpers stand before the handler of a route. */
export interface HonoSecurityEvents<Context = HonoContextLike> extends RouteHelpers<Context, HonoHandler> {
  (context: HonoContextLike, next: Next): Promise<void>;
  /** Resolves when the events of all answers sent before are where the service puts them. Never rejects. */
  flush(): Promise<void>;
  /** Flushes for the last time; the service stays open, since it may be another's, too. Never rejects. */
  close(): Promise<void>;
}

const HONO = {
  readRoute: readHonoRoute,
  readPeer: (_subject: unknown, request: ServerRequest) => request.socket?.remoteAddress,
  findTrust: () => null,
} as const;

/** Without an answer of Node's nobody knows when it was sent, how large it was, or whom it went to. */
const NO_SERVER = 'requests of Hono leave no security event: they do not come from @hono/node-server';

/**
 * As `createSecurityEventsMiddleware`, for Hono 4 on `@hono/node-server`; callbacks get the context. Without that server, as
 * under `app.request()`, requests run with a correlation id and leave no event, of which `logger` is told. What a route throws is told without an
 * error handler; the user is nobody unless `getUser` is given.
 *
 * @throws AuditError `misconfigured`, whose message names every fault, when an option is unknown or out of its bounds
 *
 * @example
 * const events = createHonoSecurityEvents({ getUser: (c: Context) => c.get('userId') });
 * app.use(events);
 * app.post('/login', events.authentication(), login);
 */
export function createHonoSecurityEvents<Context = HonoContextLike>(
  options: SecurityEventsMiddlewareOptions<Context> = {},
): HonoSecurityEvents<Context> {
  const { watcher, attempt, warn, close } = createWatcher(options, HONO);

  async function securityEvents(context: HonoContextLike, next: Next): Promise<void> {
    const arrival = toArrival(context);
    if (arrival === null) {
      warn(NO_SERVER);
      const correlation = toCorrelation(context.req.raw.headers) ?? { id: createCorrelationId(), trace: null };
      return runWatched(correlation, next);
    }
    await runWatched(
      attempt(() => watcher.begin(arrival)),
      next,
    );
    // Hono keeps what a handler threw, and has its answer by now; the event is told when that has been sent.
    if (context.error !== undefined) attempt(() => watcher.noteError(arrival, context.error));
  }

  const helpers = createHelpers<Context, HonoHandler>((declaration) => async (context, next) => {
    const arrival = toArrival(context);
    if (arrival !== null) attempt(() => watcher.declare(arrival, declaration));
    await next();
  });
  return Object.assign(securityEvents, { ...helpers, flush: () => watcher.flush(), close });
}

function toArrival(context: HonoContextLike): Arrival | null {
  const { env } = context;
  if (typeof env !== 'object' || env === null || !('incoming' in env) || !('outgoing' in env)) return null;
  const { incoming, outgoing } = env;
  return isRequest(incoming) && isResponse(outgoing)
    ? { request: incoming, response: outgoing, subject: context }
    : null;
}

/** Those of HTTP/2 have what the watcher uses of the others. */
function isRequest(value: unknown): value is ServerRequest {
  return value instanceof IncomingMessage || value instanceof Http2ServerRequest;
}

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse || value instanceof Http2ServerResponse;
}

/** The last pattern that matched and is no middleware for everything below a path. */
function readHonoRoute(subject: unknown): string | null {
  if (typeof subject !== 'object' || subject === null || !('req' in subject)) return null;
  const { req } = subject;
  if (typeof req !== 'object' || req === null || !('matchedRoutes' in req) || !Array.isArray(req.matchedRoutes))
    return null;
  for (const route of req.matchedRoutes.toReversed()) {
    const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : null;
    if (typeof path === 'string' && !path.endsWith('*')) return path;
  }
  return null;
}
