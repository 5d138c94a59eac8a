import type { Lane } from './lane.ts';
import { QueueError } from './queue-error.ts';

/**
 * A sequence of pushes of one producer, numbered 1, 2, 3…: one for each lane, and one for what is pushed again after a
 * loss. At most one push of a stream may be in flight: then a data set that has number n has all acknowledged below n.
 */
export type PushStream = Lane | 'replay';

/** How a producer numbers one push. */
export interface ProducerPush {
  /** Name of the producer, as in its entries. */
  readonly id: string;
  readonly stream: PushStream;
  /** Number of this push in its stream. */
  readonly push: number;
  /** The last push of the stream that was answered with `isMarked`; 0 at first, and after a loss what was found. */
  readonly marked: number;
  /** Events that took a number and were given up since: holes in the producer's numbers that are no loss. */
  readonly givenUp: number;
}

/** Place of a stream in the value of a producer; `lua/enqueue.lua` counts from 1 as well. */
export const STREAM_NUMBERS: Readonly<Record<PushStream, number>> = { main: 1, urgent: 2, replay: 3 };

const PRODUCER_ID = /^[A-Za-z0-9_.-]{1,128}$/u;

/** Throws `invalid_call` unless `id` can name a producer. */
export function assertProducerId(id: string): void {
  if (!PRODUCER_ID.test(id)) throw new QueueError('invalid_call', `"${id}" cannot name a producer`);
}
