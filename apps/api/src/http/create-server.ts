import { createServer as createNodeServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Bounds of one server. A slow or idle peer may hold a socket, but never for long and never all of them. */
export interface ServerLimits {
  /** Time for all header fields, default 10 s; then 408. */
  readonly headersTimeoutMs?: number;
  /** Time for the whole request, default 30 s; then 408. */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection is kept for another request, default 5 s. */
  readonly keepAliveMs?: number;
  /** How often the timeouts are looked at, default 1 s. */
  readonly checkMs?: number;
  /** Connections above this are answered 503 and closed, default 5000. */
  readonly maxConnections?: number;
}

const MAX_HEADER_BYTES = 16_384;
const DEFAULT_MAX_CONNECTIONS = 5000;
const OVERLOADED =
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n';

/**
 * Makes a server that refuses early. Malformed requests (both Content-Length and Transfer-Encoding, folded header
 * lines, bare line feeds, header fields above 16 KiB) are answered by Node's strict parser, without a body, and the
 * connection is closed: what follows on it could belong to somebody else.
 */
export function createServer(listener: RequestListener, limits: ServerLimits = {}): Server {
  const server = createNodeServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headersTimeoutMs ?? 10_000,
      requestTimeout: limits.requestTimeoutMs ?? 30_000,
      keepAliveTimeout: limits.keepAliveMs ?? 5000,
      connectionsCheckingInterval: limits.checkMs ?? 1000,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    listener,
  );
  // The application counts header fields itself and answers 431; a limit here would drop fields without a word.
  server.maxHeadersCount = 0;
  limitConnections(server, limits.maxConnections ?? DEFAULT_MAX_CONNECTIONS);
  return server;
}

function limitConnections(server: Server, max: number): void {
  let open = 0;
  server.prependListener('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (open > max) {
      socket.end(OVERLOADED, () => socket.destroy());
    }
  });
}
