import type { UrlHolder } from './request-path.ts';
import { MAX_PATH_CHARACTERS, readPath } from './request-path.ts';

/** What Express leaves on a request that a route has matched. */
export interface RoutedRequest extends UrlHolder {
  readonly baseUrl?: unknown;
  readonly route?: unknown;
}

/** Optional parts, wildcards and groups: of such a route the number of segments is not known. */
const VARIABLE = /[*(){}?+]/;
const MAX_SEGMENTS = 64;
const SLASH = 0x2f;

/**
 * The pattern of the route that Express chose, with the path under which its router is mounted: `/api/users/:id`. Null
 * when no route has matched. Total.
 *
 * A mounted path that has parameters of its own shows their values, since Express keeps no pattern of it. After an error
 * has left a router, Express has forgotten the mount path; it is then taken from the URL.
 */
export function readRoutePattern(request: RoutedRequest): string | null {
  const { route } = request;
  if (typeof route !== 'object' || route === null || !('path' in route)) return null;
  const path = toPatternText(route.path);
  if (path === null) return null;
  const base = typeof request.baseUrl === 'string' ? request.baseUrl : '';
  const mount = base === '' && typeof route.path === 'string' ? findMountPath(readPath(request), path) : base;
  return joinPaths(mount, path).slice(0, MAX_PATH_CHARACTERS);
}

function toPatternText(path: unknown): string | null {
  if (typeof path === 'string') return path;
  if (path instanceof RegExp) return path.source;
  if (!Array.isArray(path)) return null;
  const texts = path.slice(0, MAX_SEGMENTS).map((one: unknown) => (Array.isArray(one) ? null : toPatternText(one)));
  return texts.filter((text) => text !== null).join('|');
}

/** The segments of `path` before those that `pattern` stands for. */
function findMountPath(path: string, pattern: string): string {
  const count = countSegments(path) - countSegments(pattern);
  if (count <= 0 || VARIABLE.test(pattern)) return '';
  const segments = path.split('/', MAX_SEGMENTS).filter((segment) => segment !== '');
  return `/${segments.slice(0, count).join('/')}`;
}

function countSegments(path: string): number {
  let count = 0;
  for (let index = 0; index < path.length; index += 1) {
    if (path.charCodeAt(index) !== SLASH && (index === 0 || path.charCodeAt(index - 1) === SLASH)) count += 1;
  }
  return count;
}

function joinPaths(mount: string, path: string): string {
  if (path === '/' || path === '') return mount === '' ? '/' : mount;
  return mount.endsWith('/') ? mount.slice(0, -1) + path : mount + path;
}
