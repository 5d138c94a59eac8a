/** The first of identical events, wherever it was seen. */
export interface FirstEvent {
  readonly id: string;
  /** When it happened, ms since the epoch. */
  readonly at: number;
}

/** Remembers for several processes which of identical events was the first. */
export interface DeduplicationStore {
  /**
   * Claims a fingerprint for `windowMs`: null when `event` is the first, else the first one. Atomic across processes. What
   * rejects or takes longer than 250 ms is not waited for: the event then counts as the first, and is stored. Nor is it
   * asked while 1,000 claims, or half of `maxQueueSize`, are out. The batched processor passes a digest, so that a store holds no text of an event.
   */
  claim(fingerprint: string, event: FirstEvent, windowMs: number): Promise<FirstEvent | null>;
  /** Called once by the processor that was given it, after its last claim. */
  close?(): Promise<void>;
}
