/** What a claim found: entries that it took, and those that it left in its lane. */
export interface ClaimedEntries {
  readonly taken: number;
  readonly left: number;
}

/**
 * The depth that batch sizes go by: entries left in the lane, and those taken since a claim last found less than a small
 * batch. What arrives while workers are at it calls for the same batches as what waited for them: under load a fleet
 * that keeps up would else claim a hundred at a time for ever, and pay Postgres 1.7 times as much an event.
 */
export interface EffectiveDepth {
  /** To be told of each claim; null when it found nothing. */
  claimed(claim: ClaimedEntries | null): void;
  /** Entries; 0 before the first claim. */
  current(): number;
}

/** `smallBatch` is the size for a short queue, in entries. */
export function createEffectiveDepth(smallBatch: number): EffectiveDepth {
  let left = 0;
  let taken = 0;
  return {
    claimed(claim) {
      left = claim?.left ?? 0;
      taken = claim === null || (claim.left === 0 && claim.taken < smallBatch) ? 0 : taken + claim.taken;
    },
    current: () => left + taken,
  };
}
