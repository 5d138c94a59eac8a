import { once } from 'node:events';
import { createServer } from 'node:net';

import { errnoOf } from './errno.ts';

export const LOOPBACK = '127.0.0.1';

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A loopback port that was free a moment ago. Another process may take it first: callers try again with a new one. */
export async function findFreePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether a server could listen on the loopback port now. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EADDRINUSE' || errnoOf(error) === 'EACCES') return false;
    throw error;
  }
}
