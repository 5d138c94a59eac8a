import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Counts the requests that never reach the application: those that Node's HTTP parser refuses, and those (CONNECT,
 * Upgrade) that ask for a tunnel. Each is answered and its connection closed.
 *
 * @returns a function that tells the count by reason, for example `{ HPE_INVALID_METHOD: 1 }`
 */
export function countRefusals(server: Server): () => Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const refuse = (reason: string, socket: Duplex, answer: string): void => {
    counts[reason] = (counts[reason] ?? 0) + 1;
    if (socket.writable) socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    refuse(error.code ?? 'unknown', socket, '400 Bad Request');
  });
  server.on('connect', (_request, socket) => {
    refuse('CONNECT', socket, '501 Not Implemented');
  });
  return () => ({ ...counts });
}
