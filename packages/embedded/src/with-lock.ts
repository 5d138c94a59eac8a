import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { EmbeddedError } from './embedded-error.ts';
import { errnoOf } from './errno.ts';
import { poll } from './poll.ts';

// The lock is a listening socket in Linux' abstract namespace, named after the path. The kernel frees it when the
// holder dies, however it dies, so there is no stale lock to detect and none to steal by mistake.
async function tryListen(name: string): Promise<Server | undefined> {
  const server = createServer();
  server.listen(`\0auditlane:${createHash('sha256').update(name).digest('hex')}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (errnoOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
  return server.unref();
}

/**
 * Runs `work` while no other process of this machine runs one under the same name.
 * Waits up to `deadlineMs` for the present holder, then fails with `data_dir_in_use`.
 */
export async function withLock<T>(name: string, deadlineMs: number, work: () => Promise<T>): Promise<T> {
  const server = await poll(() => tryListen(name), { deadlineMs, everyMs: 25 });
  if (server === undefined) {
    throw new EmbeddedError(
      'data_dir_in_use',
      `another process has been preparing ${name} for ${deadlineMs} ms; wait for it or end it`,
    );
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}
