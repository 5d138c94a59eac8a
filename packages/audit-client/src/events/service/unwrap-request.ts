import type { RequestLike } from './request-like.ts';

/**
 * What can be read of a request: of a context of Hono the request of Node's server below it, without that server the one
 * of fetch; anything else is itself. A context's `res` must not be touched: Hono makes an answer of it.
 */
export function unwrapRequest(request: RequestLike): RequestLike {
  return findInside(request, 'env', 'incoming') ?? findInside(request, 'req', 'raw') ?? request;
}

function findInside(outer: object, name: string, innerName: string): RequestLike | null {
  const holder: unknown = Reflect.get(outer, name);
  if (!isObject(holder)) return null;
  const inner: unknown = Reflect.get(holder, innerName);
  return isObject(inner) ? inner : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
