import { randomUUID } from 'node:crypto';
import { QueueError } from '@auditlane/queue';
import type { Claim, Lane, Queue } from '@auditlane/queue';
import { CLAIM_BYTES } from '../batching/claim-limit.ts';
import { lingerAfter } from '../batching/linger.ts';
import type { Tally } from '../beats/tally.ts';
import { outageBackoffMs } from '../outages/backoff.ts';
import type { Breaker } from '../outages/breaker.ts';
import type { MassPoison } from '../outages/mass-poison.ts';
import type { Sleep } from '@auditlane/runtime';
import type { AdoptionSweep } from './adoption-sweep.ts';
import type { DrainSignals } from './drain-signals.ts';
import type { HeldClaims } from './held-claims.ts';
import type { WakeUp } from './wake-up.ts';
import type { TakenClaim } from './work-claim.ts';

/**
 * One slot: adopt or claim, work, linger, again. A worker runs two, so that one decodes and encodes while Postgres
 * commits the other's batch (one worker: +57% over one slot, a third adds 6%; with two workers on two cores no
 * difference). Expired batches go before new entries, since they are older. Nothing is claimed while Postgres is away,
 * or refuses most of what it is given.
 */
export interface SlotParts {
  readonly worker: string;
  readonly queue: Pick<Queue, 'claim' | 'adopt'>;
  readonly heldClaims: Pick<HeldClaims, 'expect' | 'unexpect'>;
  readonly sweep: Pick<AdoptionSweep, 'next'>;
  readonly wakeUp: WakeUp;
  readonly breaker: Breaker;
  readonly massPoison: Pick<MassPoison, 'ended'>;
  readonly drain: DrainSignals;
  /** Works on a claim to its end. */
  readonly work: (taken: TakenClaim) => Promise<void>;
  /** The lane that the next claim prefers. */
  readonly nextLane: () => Lane;
  /** Entries that the next claim may take. */
  readonly claimLimit: () => number;
  /** Told what each claim found. */
  readonly onClaim: (claim: Claim | null) => void;
  readonly leaseMs: number;
  readonly lingerMs: number;
  readonly pollMs: number;
  readonly tally: Tally;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly clockMs: () => number;
}

/** Runs until the drain begins and the claim in hand has come to its end. Never rejects. */
export async function runSlot(parts: SlotParts): Promise<void> {
  const { stop } = parts.drain;
  // Kept until the claim is answered: a claim whose answer was lost is asked for again by its id and comes back whole.
  const pending: { batchId: string } = { batchId: randomUUID() };
  for (let failures = 0; !stop.aborted;) {
    await parts.breaker.closed(stop);
    await parts.massPoison.ended(stop);
    if (stop.aborted) return;
    try {
      await turn(parts, pending);
      failures = 0;
    } catch (error) {
      failures += 1;
      parts.tally.slotFailed(error);
      await parts.sleep(outageBackoffMs(failures, parts.random), stop);
    }
  }
}

async function turn(parts: SlotParts, pending: { batchId: string }): Promise<void> {
  const adopted = await adoptNext(parts);
  if (adopted !== null) return parts.work({ claim: adopted, isAdopted: true });
  const claim = await claimNext(parts, pending);
  if (claim === null) return parts.wakeUp.wait(parts.pollMs, parts.drain.stop);
  if (claim.depth > 0) parts.wakeUp.notify();
  const startedMs = parts.clockMs();
  await parts.work({ claim, isAdopted: false });
  const found = { taken: claim.entries.length, left: claim.depth };
  const lingerMs = lingerAfter(found, { lingerMs: parts.lingerMs, workedMs: parts.clockMs() - startedMs });
  if (lingerMs > 0) await parts.sleep(lingerMs, parts.drain.stop);
}

async function adoptNext(parts: SlotParts): Promise<Claim | null> {
  for (let batchId = parts.sweep.next(); batchId !== undefined; batchId = parts.sweep.next()) {
    const claim = await adopt(parts, batchId);
    if (claim === null) continue;
    parts.tally.adopted(claim);
    return claim;
  }
  return null;
}

/** An adoption without an answer is left alone: if Redis made it, its lease ends unrenewed and any worker adopts it. */
async function adopt(parts: SlotParts, batchId: string): Promise<Claim | null> {
  parts.heldClaims.expect(batchId);
  let claim: Claim | null = null;
  try {
    claim = await parts.queue.adopt({ batchId, worker: parts.worker, leaseMs: parts.leaseMs });
    return claim;
  } finally {
    if (claim === null) parts.heldClaims.unexpect(batchId);
  }
}

async function claimNext(parts: SlotParts, pending: { batchId: string }): Promise<Claim | null> {
  const startedMs = parts.clockMs();
  const { batchId } = pending;
  parts.heldClaims.expect(batchId);
  const claim = await parts.queue
    .claim({
      batchId,
      limit: parts.claimLimit(),
      maxBytes: CLAIM_BYTES,
      leaseMs: parts.leaseMs,
      worker: parts.worker,
      prefer: parts.nextLane(),
    })
    .catch((error: unknown) => {
      // The answer was lost and the lease has ended since: another worker has the batch now.
      if (error instanceof QueueError && error.code === 'taken') return null;
      throw error;
    });
  pending.batchId = randomUUID();
  parts.onClaim(claim);
  if (claim === null) parts.heldClaims.unexpect(batchId);
  else parts.tally.claimed(parts.clockMs() - startedMs);
  return claim;
}
