import type { ServerHandle } from '@auditlane/embedded';

import { copyDataDir, emptyDataDir, restoreDataDir, type DataCopy } from '../faults/data-copy.ts';
import { signalTree } from '../faults/process-tree.ts';
import { makeRunDir } from './run-dir.ts';

/** A private server that a test may break: its data folder and port stay the same over `kill` and `restart`. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  pid(): number;
  /** Sends a signal and does not wait, e.g. SIGSTOP and SIGCONT for a server that hangs. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal to the server and every process of it: a Postgres hangs only when its backends do. */
  signalAll(signal: NodeJS.Signals): void;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** A clean end that can be followed by `restart`. */
  halt(): Promise<void>;
  /** The files of its data folder as they are now; a Postgres has to be halted for it. */
  copyData(): Promise<DataCopy>;
  /**
   * Starts it again on the same port; halts it first if it still runs. On its folder as it was left (`same`, the default),
   * on an empty one as after the loss of a volume, or on an older copy.
   */
  restart(on?: 'same' | 'empty' | DataCopy): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Makes a restartable server of a function that starts one in a folder on a port (0 = any); `from` is what it finds there. */
export async function createTestServer(
  start: (dataDir: string, port: number) => Promise<ServerHandle>,
  from?: DataCopy,
): Promise<TestServer> {
  const dir = makeRunDir();
  if (from !== undefined) await restoreDataDir(dir.path, from);
  let handle = await start(dir.path, 0);
  const { url, port } = handle;
  const stop = async (): Promise<void> => {
    // A stopped process does not hear that it is to end.
    signalTree(handle.pid, 'SIGCONT');
    await handle.stop();
    dir.remove();
  };
  return {
    url,
    port,
    dataDir: dir.path,
    pid: () => handle.pid,
    signal: (signal) => handle.kill(signal),
    signalAll: (signal) => signalTree(handle.pid, signal),
    kill: async () => {
      handle.kill('SIGKILL');
      await handle.exited;
    },
    halt: () => handle.stop(),
    copyData: () => copyDataDir(dir.path),
    restart: async (on = 'same') => {
      await handle.stop();
      if (on === 'empty') await emptyDataDir(dir.path);
      else if (on !== 'same') await restoreDataDir(dir.path, on);
      handle = await start(dir.path, port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
