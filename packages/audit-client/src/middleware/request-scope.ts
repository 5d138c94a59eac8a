import { REQUEST_SCOPE } from './request-scope-key.ts';

/** What the middleware knows of a request, for whoever else handles it. */
export interface RequestScope {
  /** The id that all events of the request share, and that its answer names in a header. */
  readonly correlationId: string;
  /** The client's address by the middleware's own `trustProxy`, also after the connection has ended. */
  ipAddress(): string | null;
  /** `api`, `admin` or `web`, by the middleware's own `apiPaths` and `adminPaths`. */
  source(): string;
  /** The pattern of the matched route, null when none has matched so far; absent where an older copy of this package is. */
  route?(): string | null;
}

/**
 * The scope of a request that a middleware has seen: one of Express or Node, of Fastify, or a context of Hono; undefined
 * for any other value. Total.
 */
export function findRequestScope(request: unknown): RequestScope | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  return readScope(request) ?? readScope(Reflect.get(request, 'raw')) ?? readScope(findIncoming(request));
}

/** What `@hono/node-server` leaves in a context. */
function findIncoming(context: object): unknown {
  const env: unknown = Reflect.get(context, 'env');
  return typeof env === 'object' && env !== null ? Reflect.get(env, 'incoming') : undefined;
}

function readScope(holder: unknown): RequestScope | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined;
  const scope: unknown = Reflect.get(holder, REQUEST_SCOPE);
  return isRequestScope(scope) ? scope : undefined;
}

function isRequestScope(value: unknown): value is RequestScope {
  return typeof value === 'object' && value !== null && 'correlationId' in value && 'ipAddress' in value;
}
