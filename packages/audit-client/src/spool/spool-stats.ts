/** Figures of a spool. */
export interface SpoolStats {
  /** Bytes on disk that wait for the queue. */
  readonly bytes: number;
  /** Events put back into the queue since the start. */
  readonly replayed: number;
  /** Damaged frames found since the start. */
  readonly corrupt: number;
  /** Folders of dead processes taken over since the start. */
  readonly adopted: number;
}
