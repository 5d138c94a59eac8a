import { REQUEST_SCOPE } from './request-scope-key.ts';

/** What the middleware knows of a request, for whoever else handles it. */
export interface RequestScope {
  /** The id that all events of the request share, and that its answer names in a header. */
  readonly correlationId: string;
  /** The client's address by the middleware's own `trustProxy`, also after the connection has ended. */
  ipAddress(): string | null;
  /** `api`, `admin` or `web`, by the middleware's own `apiPaths` and `adminPaths`. */
  source(): string;
}

/** The scope of a request that a middleware has seen; undefined for any other value. Total. */
export function findRequestScope(request: unknown): RequestScope | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const scope: unknown = Reflect.get(request, REQUEST_SCOPE);
  return isRequestScope(scope) ? scope : undefined;
}

function isRequestScope(value: unknown): value is RequestScope {
  return typeof value === 'object' && value !== null && 'correlationId' in value && 'ipAddress' in value;
}
