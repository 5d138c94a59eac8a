import type { IncomingMessage } from 'node:http';
import type { RequestScope } from './request-scope.ts';
import type { REQUEST_SCOPE } from './request-scope-key.ts';

/**
 * A request of Node's HTTP server with what Express may have put on it. Nothing is trusted to be there or to be of the
 * usual type: every use checks.
 */
export interface ServerRequest extends IncomingMessage {
  readonly originalUrl?: unknown;
  readonly baseUrl?: unknown;
  readonly route?: unknown;
  readonly app?: unknown;
  readonly user?: unknown;
  [REQUEST_SCOPE]?: RequestScope;
}
