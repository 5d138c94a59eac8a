import type { ServerHandle } from '@auditlane/embedded';

import { makeRunDir } from './run-dir.ts';

/** A private server that a test may break: its data folder and port stay the same over `kill` and `restart`. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  pid(): number;
  /** Sends a signal and does not wait, e.g. SIGSTOP and SIGCONT for a server that hangs. */
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** A clean end that can be followed by `restart`. */
  halt(): Promise<void>;
  /** Starts it again on the same folder and port; halts it first if it still runs. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Makes a restartable server of a function that starts one in a folder on a port (0 = any). */
export async function createTestServer(
  start: (dataDir: string, port: number) => Promise<ServerHandle>,
): Promise<TestServer> {
  const dir = makeRunDir();
  let handle = await start(dir.path, 0);
  const { url, port } = handle;
  const stop = async (): Promise<void> => {
    await handle.stop();
    dir.remove();
  };
  return {
    url,
    port,
    dataDir: dir.path,
    pid: () => handle.pid,
    signal: (signal) => handle.kill(signal),
    kill: async () => {
      handle.kill('SIGKILL');
      await handle.exited;
    },
    halt: () => handle.stop(),
    restart: async () => {
      await handle.stop();
      handle = await start(dir.path, port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
