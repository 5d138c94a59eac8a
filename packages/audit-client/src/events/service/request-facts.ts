import { findExpressTrust, readClientAddress } from '../../middleware/client-address.ts';
import { copyHeaders } from '../../middleware/copy-headers.ts';
import { cutText } from '../../middleware/copy-text.ts';
import type { PathMatcher } from '../../middleware/path-rule.ts';
import { readPath, readWholePath } from '../../middleware/request-path.ts';
import { findRequestScope } from '../../middleware/request-scope.ts';
import { readRoutePattern } from '../../middleware/route-pattern.ts';
import type { ProxyTrust } from '../../middleware/trust-proxy.ts';
import { toUserFacts } from '../../middleware/user-lookup.ts';
import { SecurityEventSource } from '../catalogue/security-event-source.ts';
import { currentCorrelationId, toCorrelation } from '../correlation/correlation.ts';
import { isHeaderId } from '../correlation/header-id.ts';
import { readHeader } from '../correlation/read-header.ts';
import type { RequestLike } from './request-like.ts';
import { unwrapRequest } from './unwrap-request.ts';

const MAX_METHOD_CHARACTERS = 32;
const MAX_AGENT_CHARACTERS = 1024;
const MAX_HOST_CHARACTERS = 255;

/** How requests are read; compiled from the configuration of a service. */
export interface RequestRules {
  readonly isApi: PathMatcher;
  readonly isAdmin: PathMatcher;
  /** Null: what Express was told, else nobody is believed. */
  readonly trust: ProxyTrust | null;
  readonly getUser: Function;
}

/** What an event says of a request; names as in `EventDetails`. */
export type RequestFacts = Record<string, unknown>;

/**
 * What an event says of a request: `ipAddress`, `userAgent`, `method`, `route`, `path`, `status`, `httpHost`, `userId`,
 * `sessionId`, `tenantId`, `requestId` and, if asked for, `headers`; what is not known is left out. Total: a property that
 * throws counts as absent. What a middleware of this package has found out of the same request is believed first.
 */
export function readRequestFacts(given: RequestLike, rules: RequestRules, includeHeaders: boolean): RequestFacts {
  const request = attempt(() => unwrapRequest(given)) ?? {};
  const facts: RequestFacts = {};
  const add = (name: string, read: () => unknown): void => {
    const value = attempt(read);
    if (value !== undefined && value !== null) facts[name] = value;
  };
  const headers = attempt(() => request.headers);
  const scope = attempt(() => findRequestScope(given));
  add('ipAddress', () => (scope === undefined ? readAddress(request, rules.trust) : scope.ipAddress()));
  add('userAgent', () => cut(readHeader(headers, 'user-agent'), MAX_AGENT_CHARACTERS));
  add('method', () => cut(request.method, MAX_METHOD_CHARACTERS));
  add('route', () => scope?.route?.() ?? readRoutePattern(request));
  add('path', () => readPath(request));
  add('status', () => readStatus(request.res));
  add('httpHost', () => cut(readHeader(headers, 'host') ?? readHeader(headers, ':authority'), MAX_HOST_CHARACTERS));
  add('requestId', () => readRequestId(request, headers));
  Object.assign(
    facts,
    attempt(() => toUserFacts(askForUser(rules.getUser, given))),
  );
  if (includeHeaders) add('headers', () => (isObject(headers) ? copyHeaders(toPlain(headers)) : null));
  return facts;
}

/** `admin`, `api` or `web`, by the path; a middleware that saw the request has decided it already. Total. */
export function readRequestSource(request: RequestLike, { isAdmin, isApi }: RequestRules): string {
  const known = attempt(() => findRequestScope(request)?.source());
  if (typeof known === 'string') return known;
  const path = attempt(() => readWholePath(unwrapRequest(request))) ?? '/';
  if (isAdmin(path, request)) return SecurityEventSource.ADMIN;
  return isApi(path, request) ? SecurityEventSource.API : SecurityEventSource.WEB;
}

/** The id that the events of a request share: that of its middleware, of the context, or of its headers. Total. */
export function readRequestCorrelation(request: RequestLike): string | null {
  const known = attempt(() => findRequestScope(request)?.correlationId);
  if (typeof known === 'string') return known;
  return currentCorrelationId() ?? toCorrelation(attempt(() => unwrapRequest(request).headers))?.id ?? null;
}

function readAddress(request: RequestLike, trust: ProxyTrust | null): string | null {
  const { socket } = request;
  const peer: unknown = isObject(socket) ? Reflect.get(socket, 'remoteAddress') : undefined;
  return readClientAddress(request, typeof peer === 'string' ? peer : undefined, trust ?? findExpressTrust(request));
}

/** 200 is also what an answer begins with: it counts only once the answer has begun. */
function readStatus(response: unknown): number | null {
  if (!isObject(response)) return null;
  const status: unknown = Reflect.get(response, 'statusCode');
  if (typeof status !== 'number') return null;
  return status !== 200 || Reflect.get(response, 'headersSent') === true ? status : null;
}

function readRequestId(request: RequestLike, headers: unknown): unknown {
  const header = readHeader(headers, 'x-request-id');
  if (isHeaderId(header)) return header;
  const { id } = request;
  return isHeaderId(id) || typeof id === 'number' ? id : null;
}

function askForUser(getUser: Function, request: RequestLike): unknown {
  const answer: unknown = Reflect.apply(getUser, undefined, [request]);
  // Only the middleware waits for answers; a promise that rejects must not end the process.
  if (answer instanceof Promise) answer.catch(() => undefined);
  return answer;
}

/** Those of fetch have no properties. */
function toPlain(headers: object): object {
  return headers instanceof Headers ? Object.fromEntries(headers) : headers;
}

function cut(value: unknown, limit: number): string | null {
  return typeof value === 'string' ? cutText(value, limit) : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
