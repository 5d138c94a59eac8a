import type { ServerProcess } from './server/server-process.ts';

/** A running server of this package. `await using` stops it at the end of the block. */
export interface ServerHandle extends ServerProcess, AsyncDisposable {
  /** With user and password; loopback only. */
  readonly url: string;
  readonly port: number;
}

/** What both servers are started with. */
export interface ServerOptions {
  /** Kept over restarts; made when it is absent. One live server per folder. */
  readonly dataDir: string;
  /** 0 (the default): a free one from the system. A given port that is in use fails with `port_taken`. */
  readonly port?: number;
  /** Added to the defaults, by the names of the server's own documentation. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told what takes its time, as one line without a full stop. */
  readonly onProgress?: (line: string) => void;
}

export function toServerHandle(process: ServerProcess, url: string, port: number): ServerHandle {
  return { ...process, url, port, [Symbol.asyncDispose]: () => process.stop() };
}
