import type { Producer } from './producer.ts';
import type { Settings } from './settings/settings.ts';
import type { Warnings } from './warnings.ts';

/** What a transport is made with. */
export interface TransportOptions {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  /** Receipts `queued` so far, for the warning that they may be worth nothing. */
  readonly queuedCount: () => number;
  /** Events that took a number and have the receipt `rejected`. */
  readonly givenUpCount: () => number;
}
