import type { ProxyTrust } from './trust-proxy.ts';
import type { ServerRequest } from './server-request.ts';

/** What the core asks of the framework that a request runs in. Each is total. */
export interface Framework {
  /** The pattern of the matched route, or null. Asked at the end of the request. */
  readRoute(subject: unknown, request: ServerRequest): string | null;
  /** The address that the request came from, asked when it arrives: a connection that has ended has none. */
  readPeer(subject: unknown, request: ServerRequest): string | undefined;
  /** The framework's own idea of trusted proxies, asked when the option `trustProxy` is not given; null believes none. */
  findTrust(request: ServerRequest): ProxyTrust | null;
}
