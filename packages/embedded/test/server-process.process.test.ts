import { pbkdf2 } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServerProcess } from '../src/server/server-process.ts';
import { makeDir } from './make-dir.ts';

const derive = promisify(pbkdf2);

/** Keeps every thread of Node's pool busy, so that opening and closing a file takes longer than a short program. */
async function keepThreadsBusy(signal: AbortSignal): Promise<void> {
  const work = async (): Promise<void> => {
    while (!signal.aborted) await derive('busy', 'threads', 40_000, 32, 'sha256');
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

test('a server that ends while its log is still being closed is reported all the same', async () => {
  const dir = makeDir();
  const stop = new AbortController();
  const busy = keepThreadsBusy(stop.signal);
  const started = startServerProcess({
    name: 'A short program',
    command: ['/bin/sh', '-c', 'echo the reason; exit 3'],
    cwd: dir,
    env: { PATH: process.env.PATH },
    logFile: join(dir, 'short.log'),
    stopSignals: ['SIGTERM'],
    isReady: () => Promise.resolve(false),
  });
  await expect(started).rejects.toMatchObject({ code: 'start_failed', message: expect.stringContaining('the reason') });
  stop.abort();
  await busy;
});
