import type { QueueState, WorkerBeat } from '@auditlane/queue';
import {
  countDeadLetters,
  readLedgerLag,
  readMaintenanceRuns,
  readThroughput,
  type LastMaintenanceRun,
  type LedgerLag,
} from '@auditlane/store';
import type { Servers } from '../servers/open-servers.ts';
import { toCliError } from '../servers/explain-error.ts';

/** What one server told, or why it did not. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly facts: T }
  | { readonly kind: 'failed'; readonly why: string };

export interface RedisFacts {
  readonly queue: QueueState;
  readonly beats: readonly WorkerBeat[];
}

export interface PostgresFacts {
  /** Of the last minute. */
  readonly rows: number;
  readonly batches: number;
  readonly lag: LedgerLag;
  readonly runs: readonly LastMaintenanceRun[];
  /** Dead letters that moved to the table. */
  readonly movedLetters: number;
}

export interface Status {
  readonly redis: Reading<RedisFacts>;
  readonly postgres: Reading<PostgresFacts>;
}

const MINUTE_S = 60;

/** Asks both servers at once; one that is away does not keep the other from being shown. */
export async function readStatus(servers: Servers): Promise<Status> {
  const [redis, postgres] = await Promise.all([
    toReading(async () => {
      const { queue } = await servers.redis();
      const [state, beats] = await Promise.all([queue.inspect(), queue.beats()]);
      return { queue: state, beats };
    }),
    toReading(async () => {
      const pool = await servers.pool();
      const throughput = await readThroughput(pool, MINUTE_S);
      const lag = await readLedgerLag(pool);
      const runs = await readMaintenanceRuns(pool);
      return { ...throughput, lag, runs, movedLetters: await countDeadLetters(pool) };
    }),
  ]);
  return { redis, postgres };
}

async function toReading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { kind: 'read', facts: await read() };
  } catch (error) {
    const known = toCliError(error);
    // Bad settings and defects are not states of a server.
    if (known === null || known.code === 'config') throw error;
    return { kind: 'failed', why: known.message };
  }
}
