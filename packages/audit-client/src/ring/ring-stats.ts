/** Figures of what a client keeps of the events that Redis acknowledged. */
export interface RingStats {
  /** Events in memory, and the UTF-8 bytes of their entries. */
  readonly events: number;
  readonly bytes: number;
  /** Events that Redis has lost and that are still to be pushed again. */
  readonly due: number;
  /** Events pushed again since the start. */
  readonly replayed: number;
  /** How often Redis was found to have lost events since the start. */
  readonly losses: number;
}
