import type { Queue, WorkerBeat } from '@auditlane/queue';
import type { Sleep } from '@auditlane/runtime';

/**
 * Tells the fleet about this worker every second: `running`, then `draining`, and `stopped` as the last word. A worker
 * that is gone without that word is recognised by the age of its beat. Beats of workers which have been silent for
 * ten minutes are removed by whoever sees them, so that restarts do not fill Redis.
 */
export interface Heartbeat extends AsyncDisposable {
  /** Beats until disposed of. */
  start(): void;
  /** From the next beat on, which comes at once, the state is `draining`. */
  drain(): void;
}

/** A beat but for its state and time. */
export type BeatBody = Omit<WorkerBeat, 'state' | 'at'>;

export interface HeartbeatParts {
  readonly worker: string;
  readonly queue: Pick<Queue, 'beat' | 'beats' | 'forget'>;
  readonly read: () => Promise<BeatBody>;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly onError: (error: unknown) => void;
}

const BEAT_MS = 1000;
const BEATS_PER_SWEEP = 60;
const FORGET_AFTER_MS = 600_000;

export function createHeartbeat(parts: HeartbeatParts): Heartbeat {
  const ended = new AbortController();
  let state: WorkerBeat['state'] = 'running';
  let nudge = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const beatOnce = async (): Promise<void> => {
    try {
      const at = new Date(parts.now()).toISOString();
      await parts.queue.beat(parts.worker, { ...(await parts.read()), state, at });
    } catch (error) {
      parts.onError(error);
    }
  };
  const run = async (): Promise<void> => {
    for (let count = 0; !ended.signal.aborted; count += 1) {
      await beatOnce();
      if (count % BEATS_PER_SWEEP === 0) await forgetSilent(parts);
      await parts.sleep(BEAT_MS, AbortSignal.any([ended.signal, nudge.signal]));
      nudge = nudge.signal.aborted ? new AbortController() : nudge;
    }
  };

  return {
    start() {
      running = run();
    },
    drain() {
      state = 'draining';
      nudge.abort();
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await running;
      state = 'stopped';
      await beatOnce();
    },
  };
}

async function forgetSilent(parts: HeartbeatParts): Promise<void> {
  try {
    const silentSince = parts.now() - FORGET_AFTER_MS;
    for (const beat of await parts.queue.beats()) {
      if (Date.parse(beat.at) < silentSince) await parts.queue.forget(beat.worker);
    }
  } catch (error) {
    parts.onError(error);
  }
}
