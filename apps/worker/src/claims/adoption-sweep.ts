import type { Queue } from '@auditlane/queue';
import type { Sleep } from '@auditlane/runtime';
import type { HeldClaims } from './held-claims.ts';

/**
 * Finds the batches of dead workers. Every worker looks for expired leases each quarter of a lease (with jitter, so
 * that workers started together do not look together), for ever and not only at its start. It only lists them: a slot
 * adopts one when it can work on it at once, since an adopted batch that waits its turn would expire again. Two workers
 * may list the same batch; the adopt script gives it to one. A batch that this worker holds itself is passed over, even
 * if its lease has ended: adopting it would fence the slot that works on it.
 *
 * A batch therefore waits at most 1.25 leases for a free slot after its worker died.
 */
export interface AdoptionSweep {
  /** The next batch that looked expired in the last sweep; undefined when there is none. */
  next(): string | undefined;
  /** Sweeps until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface AdoptionSweepParts {
  readonly queue: Pick<Queue, 'expired'>;
  readonly heldClaims: Pick<HeldClaims, 'isOwn'>;
  readonly leaseMs: number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly onFound: () => void;
  readonly onError: (error: unknown) => void;
}

const PAGE = 100;

export function createAdoptionSweep(parts: AdoptionSweepParts): AdoptionSweep {
  let due: string[] = [];

  const sweepOnce = async (): Promise<void> => {
    try {
      due = (await parts.queue.expired({ limit: PAGE })).filter((batchId) => !parts.heldClaims.isOwn(batchId));
      if (due.length > 0) parts.onFound();
    } catch (error) {
      parts.onError(error);
    }
  };

  return {
    next() {
      // Asked again: a slot may have claimed or adopted it since the sweep.
      due = due.filter((batchId) => !parts.heldClaims.isOwn(batchId));
      return due.shift();
    },
    async run(signal) {
      while (!signal.aborted) {
        await sweepOnce();
        await parts.sleep((parts.leaseMs / 4) * (0.5 + parts.random() / 2), signal);
      }
    },
  };
}
