/**
 * Bytes of entries in a claim. A sixteenth of what the protocol allows: a batch exists several times over while it is
 * encoded, and two slots of 8 MB took a worker to 210 MB of memory, of 1 MB to 156 MB on a busy
 * machine, of 0.5 MB to 139 MB at most; a batch of 1000 then has entries of 524 bytes.
 */
export const CLAIM_BYTES = 524_288;

/**
 * How many entries the next claim may take: what the depth of the queue calls for, no more than one statement bears at
 * present, and no more than fit its bytes if they are as large as those of the last claim (`entryBytes`, 0 when
 * unknown). Redis stops at the bytes itself, but has to put back what it took too many.
 */
export function claimLimit(o: {
  readonly batchSize: number;
  readonly ceiling: number;
  readonly entryBytes: number;
}): number {
  const fitting = Math.ceil(CLAIM_BYTES / Math.max(1, o.entryBytes));
  return Math.max(1, Math.min(o.batchSize, o.ceiling, fitting));
}

/** The mean size of entries in bytes; 0 for none. */
export function toMeanBytes(entries: readonly Buffer[]): number {
  return entries.length === 0 ? 0 : entries.reduce((sum, entry) => sum + entry.length, 0) / entries.length;
}
