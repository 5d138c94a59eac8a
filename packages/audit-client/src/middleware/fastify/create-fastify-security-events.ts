import type { IncomingMessage, ServerResponse } from 'node:http';
import { createWatcher, runWatched } from '../create-watcher.ts';
import { createHelpers, type RouteHelpers } from '../helpers/create-helpers.ts';
import type { SecurityEventsMiddlewareOptions } from '../options.ts';
import type { ServerRequest } from '../server-request.ts';
import type { Arrival } from '../request-watcher.ts';

/** What of a request of Fastify is used; the package itself is not needed. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly ip: string;
  readonly routeOptions: { readonly url?: string | undefined };
  readonly user?: unknown;
}

/** What of a reply of Fastify is used. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
}

type Done = () => void;

/** What of a Fastify instance is used. */
export interface FastifyLike {
  addHook(name: 'onRequest', hook: FastifyHook): unknown;
  addHook(name: 'onError', hook: FastifyErrorHook): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

/** A hook of a route, such as its `preHandler`. */
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done) => void;
// oxlint-disable-next-line max-params -- Fastify's own signature
type FastifyErrorHook = (request: FastifyRequestLike, reply: FastifyReplyLike, error: Error, done: Done) => void;

/** The plugin: `app.register(events)`; its helpers are hooks, as in `{ preHandler: events.authentication() }`. */
export interface FastifySecurityEvents<Request = FastifyRequestLike> extends RouteHelpers<Request, FastifyHook> {
  (instance: FastifyLike, options: unknown, done: Done): void;
  /** Resolves when the events of all answers sent before are where the service puts them. Never rejects. */
  flush(): Promise<void>;
  /** Flushes for the last time, and ends the windows of identical events; `app.close()` does so, too. Never rejects. */
  close(): Promise<void>;
}

/**
 * As `createSecurityEventsMiddleware`, for Fastify 5: a plugin that holds for the whole application. Where `trustProxy` is
 * not given, Fastify's own setting decides on the client's address. What a route throws is told without an error handler.
 *
 * @throws AuditError `misconfigured`, whose message names every fault, when an option is unknown or out of its bounds
 *
 * @example
 * const events = createFastifySecurityEvents({ adminPaths: '/internal' });
 * await app.register(events);
 * app.post('/login', { preHandler: events.authentication() }, login);
 */
export function createFastifySecurityEvents<Request = FastifyRequestLike>(
  options: SecurityEventsMiddlewareOptions<Request> = {},
): FastifySecurityEvents<Request> {
  const { watcher, attempt, close } = createWatcher(options, {
    readRoute: readFastifyRoute,
    readPeer: options.trustProxy === undefined ? readFastifyAddress : readSocketAddress,
    // `request.ip` has been judged by Fastify.
    findTrust: () => null,
  });

  function plugin(instance: FastifyLike, _options: unknown, done: Done): void {
    instance.addHook('onRequest', (request, reply, next) => {
      runWatched(
        attempt(() => watcher.begin(toArrival(request, reply))),
        next,
      );
    });
    // oxlint-disable-next-line max-params -- Fastify's own signature
    instance.addHook('onError', (request, reply, error, next) => {
      attempt(() => watcher.noteError(toArrival(request, reply), error));
      next();
    });
    instance.addHook('onClose', close);
    done();
  }

  const helpers = createHelpers<Request, FastifyHook>((declaration) => (request, reply, done) => {
    attempt(() => watcher.declare(toArrival(request, reply), declaration));
    done();
  });
  return Object.assign(plugin, {
    ...helpers,
    flush: () => watcher.flush(),
    close,
    // A plugin with this holds outside of its own scope; it is what `fastify-plugin` sets.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'security-events',
  });
}

function toArrival(request: FastifyRequestLike, reply: FastifyReplyLike): Arrival {
  return { request: request.raw, response: reply.raw, subject: request };
}

function isFastifyRequest(subject: unknown): subject is FastifyRequestLike {
  return typeof subject === 'object' && subject !== null && 'routeOptions' in subject && 'ip' in subject;
}

function readFastifyRoute(subject: unknown): string | null {
  return isFastifyRequest(subject) ? (subject.routeOptions.url ?? null) : null;
}

function readFastifyAddress(subject: unknown): string | undefined {
  return isFastifyRequest(subject) ? subject.ip : undefined;
}

function readSocketAddress(_subject: unknown, request: ServerRequest): string | undefined {
  return request.socket?.remoteAddress;
}
