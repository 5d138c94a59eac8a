import type { Socket } from 'node:net';
import type { Watch } from './watch.ts';

const lines = new WeakMap<Socket, Set<Watch>>();

/**
 * Watches an answer that waits for the ones before it on its connection (HTTP pipelining). Node 20 tells such an answer
 * nothing when the connection ends (Node 24 does), so the socket is asked, with one listener for all that wait on it: a
 * request that was carried out must not go unlogged because the client sent it behind a slow one and hung up.
 */
export function waitInLine(watch: Watch, onClose: (watch: Watch) => void): void {
  const { socket } = watch.start.request;
  if (socket === null || socket === undefined) return;
  let line = lines.get(socket);
  if (line === undefined) {
    const waiting = new Set<Watch>();
    line = waiting;
    lines.set(socket, waiting);
    socket.once('close', () => {
      for (const one of waiting) onClose(one);
    });
  }
  line.add(watch);
  watch.queue = line;
}
