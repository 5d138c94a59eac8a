/** Figures of a spool. */
export interface SpoolStats {
  /** Bytes on disk that wait for the queue, and with the guarantee `strict` for the commit in Postgres. */
  readonly bytes: number;
  /** Events put back into the queue since the start. */
  readonly replayed: number;
  /** Events of the guarantee `strict` that Postgres was seen to have, so that their copy on disk could go. */
  readonly confirmed: number;
  /** Damaged places found since the start; their bytes are in `corrupt.frames`. */
  readonly corrupt: number;
  /** Writes and syncs that failed since the start; above 0 the disk needs a look, whatever the receipts say. */
  readonly faults: number;
  /** Folders of dead processes taken over since the start. */
  readonly adopted: number;
}
