import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertBatchId, assertWithin } from './limits.ts';
import { QueueError } from './queue-error.ts';
import { toInteger, toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** A dead letter as it is parked. */
export interface ParkedLetter {
  /** Unique in `audit:failed`: a second letter of this id is counted and left out. */
  readonly id: string;
  /** One line of JSON. */
  readonly line: string;
}

/** How a claim ended. The four parts together must be as many as its entries, or nothing is done (`unbalanced`). */
export interface FinishOptions {
  readonly batchId: string;
  readonly epoch: number;
  /** Rows that the commit added. */
  readonly stored: number;
  /** Entries whose row was there before. */
  readonly duplicates: number;
  readonly deadLetters: readonly ParkedLetter[];
  /** Entries of a newer version, byte for byte, oldest first. */
  readonly held: readonly Buffer[];
}

/** `gone` is what a repeated call answers, and success: the claim is no more. `fenced`: its adopter finishes it. */
export type Finished = 'finished' | 'fenced' | 'gone';

/** See `Queue.finish`. */
export async function finish(redis: Redis, keys: QueueKeys, options: FinishOptions): Promise<Finished> {
  const { batchId, epoch, stored, duplicates, deadLetters, held } = options;
  assertBatchId(batchId);
  assertWithin('The number of stored rows', stored, { min: 0, max: Number.MAX_SAFE_INTEGER });
  assertWithin('The number of duplicates', duplicates, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const raw = await runScript(redis, 'finish', {
    keys: [keys.batch(batchId), keys.leases, keys.meta, keys.failed, keys.failedIds, keys.hold, keys.stats],
    args: [
      batchId,
      epoch,
      stored,
      duplicates,
      deadLetters.length,
      ...deadLetters.flatMap(({ id, line }) => [id, line]),
      ...held,
    ],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'finished':
    case 'fenced':
    case 'gone':
      return reply.name;
    case 'unbalanced':
      throw new QueueError(
        'unbalanced',
        `Claim ${batchId} holds ${toInteger(reply.values[0])} entries, not as many as finish accounts for`,
      );
    default:
      throw toUnknownReply(reply);
  }
}
