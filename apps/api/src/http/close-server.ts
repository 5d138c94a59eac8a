import { once } from 'node:events';
import type { Server } from 'node:http';

const FINISH_MS = 5000;

/** Accepts nothing more, lets requests in progress finish for up to 5 s, then cuts them. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) {
    return;
  }
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), FINISH_MS);
  await closed;
  clearTimeout(cut);
}
