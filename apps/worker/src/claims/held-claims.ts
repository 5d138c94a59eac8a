import type { Claim, Queue } from '@auditlane/queue';
import type { Logger } from '@auditlane/runtime';

/**
 * What the holder of a claim is doing, as a crash would find it. An attempt counts against the batch only if the holder
 * died while decoding; a statement that was sent, or a wait for Postgres, clears it.
 */
export type HolderState = 'decoding' | 'sent' | 'waiting';

/** A claim whose lease is renewed until it is let go. */
export interface HeldClaim {
  readonly claim: Claim;
  /** Aborts when another worker holds the batch now: what is stored further is that worker's business. */
  readonly fenced: AbortSignal;
  /** Notes the state; the next renewal carries it to Redis. */
  note(state: HolderState): void;
  /** Notes the state and renews at once, so that a crash from here on finds it. A Redis that is away is no reason to wait. */
  mark(state: HolderState): Promise<void>;
  /** Ends the renewals. The claim itself stays in Redis until finished, released or adopted. */
  letGo(): void;
}

export interface HeldClaims {
  /**
   * Counts a batch as this worker's from before it is asked for: the answer to a claim or an adoption may come after
   * the end of the lease that it began.
   */
  expect(batchId: string): void;
  /** Takes `expect` back: there is no such claim. */
  unexpect(batchId: string): void;
  hold(claim: Claim): HeldClaim;
  /** Whether a slot of this worker holds the batch, or waits for the answer that gives it. */
  isOwn(batchId: string): boolean;
}

export interface HeldClaimsParts {
  readonly queue: Pick<Queue, 'renew'>;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly onFenced: () => void;
}

/**
 * Creates the set of claims that this worker holds; each lease is renewed at a third of its length. A worker that was
 * stopped for longer than a lease (a suspended machine, a blocked event loop) finds its own claims expired: unless
 * another worker was there first, the next renewal revives them, and no attempt counts.
 */
export function createHeldClaims(parts: HeldClaimsParts): HeldClaims {
  const own = new Set<string>();
  return {
    expect: (batchId) => void own.add(batchId),
    unexpect: (batchId) => void own.delete(batchId),
    isOwn: (batchId) => own.has(batchId),
    hold(claim) {
      own.add(claim.batchId);
      return holdClaim(parts, claim, () => own.delete(claim.batchId));
    },
  };
}

function holdClaim(parts: HeldClaimsParts, claim: Claim, forget: () => void): HeldClaim {
  const { queue, leaseMs, logger } = parts;
  const { batchId, epoch } = claim;
  const fenced = new AbortController();
  let state: HolderState = 'decoding';
  let isGone = false;

  const renew = async (): Promise<void> => {
    if (fenced.signal.aborted || isGone) return;
    try {
      const answer = await queue.renew({ batchId, epoch, leaseMs, state });
      if (answer === 'fenced') {
        parts.onFenced();
        fenced.abort();
      } else if (answer === 'gone') {
        // Finished by an adopter, or Redis lost its data set. Only this worker may still have the entries, and storing
        // them is idempotent: it goes on, and only stops renewing.
        isGone = true;
        logger.warn({ batch_id: batchId }, 'batch is gone from redis, storing it all the same');
      }
    } catch (error) {
      logger.warn({ err: error, batch_id: batchId }, 'lease not renewed');
    }
  };

  const timer = setInterval(() => void renew(), leaseMs / 3);
  return {
    claim,
    fenced: fenced.signal,
    note(next) {
      state = next;
    },
    async mark(next) {
      state = next;
      await renew();
    },
    letGo() {
      clearInterval(timer);
      forget();
    },
  };
}
