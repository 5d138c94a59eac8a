import type { SlotParts } from '../src/claims/run-slot.ts';

/** Parts of a slot around which nothing happens: no outage, nothing to adopt, claims of ten, no linger. */
export function buildSlotParts(
  parts: Pick<SlotParts, 'queue' | 'heldClaims' | 'wakeUp' | 'work' | 'sleep'> & {
    readonly stop: AbortSignal;
    readonly leaseMs: number;
  },
): SlotParts {
  const quiet = { closed: () => Promise.resolve(), ended: () => Promise.resolve(), next: () => undefined };
  // A slot uses three methods of the tally and one signal of the drain, whose types hold a worker's whole bookkeeping.
  return {
    ...parts,
    lingerMs: 0,
    worker: 'w',
    sweep: quiet,
    breaker: quiet,
    massPoison: quiet,
    drain: { stop: parts.stop },
    nextLane: () => 'main',
    claimLimit: () => 10,
    onClaim: () => undefined,
    pollMs: 5,
    random: () => 0,
    clockMs: () => performance.now(),
    tally: { slotFailed: () => undefined, claimed: () => undefined, adopted: () => undefined },
  } as unknown as SlotParts;
}
