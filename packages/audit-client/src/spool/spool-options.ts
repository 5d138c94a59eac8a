import type { Warnings } from '../warnings.ts';
import type { FindSettled } from './keeper.ts';
import type { Offer } from './replay.ts';
import type { OpenSegmentFile } from './segment-file.ts';

/** What a spool is made with. */
export interface SpoolOptions {
  readonly dir: string;
  /** Bytes on disk above which nothing more is taken; the folders adopted from dead processes count too. */
  readonly maxBytes: number;
  readonly producerId: string;
  /** Names the queue the events are for. */
  readonly target: string;
  /** `strict`: what is spooled is kept until Postgres has it. */
  readonly guarantee: 'durable' | 'strict';
  /** Asks Postgres; null when no database is configured, and then nothing that is kept ever goes. */
  readonly findSettled: FindSettled | null;
  readonly offer: Offer;
  /** An event that had a receipt is lost by damage of the disk. */
  readonly onCorrupt: () => void;
  /** A write or a sync failed. */
  readonly onFault: () => void;
  /** How segments are opened; by default on the real disk. */
  readonly openFile?: OpenSegmentFile | undefined;
  /** Events may wait for a replay: `tick` is to be called. */
  readonly onWaiting: () => void;
  readonly warnings: Warnings;
  /** Milliseconds that never go back, for pauses. */
  readonly now: () => number;
  /** Milliseconds since 1970, for the times of files. */
  readonly wallClock: () => number;
}

/** How long to wait at the end, and whether that can help. */
export interface CloseOptions {
  readonly boundMs: number;
  readonly isQueueReady: () => boolean;
}
