import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How slowly bytes pass; what is not given does not slow them. */
export interface Pacing {
  /** Milliseconds that each chunk waits. */
  readonly ms?: number;
  /** Up to so many more, drawn by `random`. */
  readonly jitterMs?: number;
  readonly random?: () => number;
  readonly bytesPerSecond?: number;
}

/** Passes the chunks of one direction of one connection, in order. */
export interface Pacer {
  pass(bytes: Buffer, pacing: Pacing | null, sockets: { readonly from: Socket; readonly to: Socket }): void;
}

function toWaitMs(bytes: Buffer, pacing: Pacing): number {
  const jitterMs = (pacing.jitterMs ?? 0) * (pacing.random ?? Math.random)();
  const throttleMs = pacing.bytesPerSecond === undefined ? 0 : (bytes.length / pacing.bytesPerSecond) * 1000;
  return (pacing.ms ?? 0) + jitterMs + throttleMs;
}

/** Creates a pacer: a chunk that waits holds back those behind it, so no byte overtakes another. */
export function createPacer(): Pacer {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  const write = (bytes: Buffer, { from, to }: { readonly from: Socket; readonly to: Socket }): void => {
    if (to.destroyed || to.write(bytes)) return;
    // Without backpressure a slow reader would let the proxy grow by everything the other side sends.
    from.pause();
    to.once('drain', () => from.resume());
  };
  return {
    pass(bytes, pacing, sockets) {
      if (pacing === null && waiting === 0) {
        write(bytes, sockets);
        return;
      }
      waiting += 1;
      const waitMs = pacing === null ? 0 : toWaitMs(bytes, pacing);
      last = last.then(async () => {
        if (waitMs > 0) await delay(waitMs);
        waiting -= 1;
        write(bytes, sockets);
      });
    },
  };
}
