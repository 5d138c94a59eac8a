import type { Queue } from '@auditlane/queue';
import { isUuidV7 } from '@auditlane/schema';
import type { KeptDeadLetter } from '@auditlane/store';
import type { DeadLetterLine } from './dead-letters.ts';

/** What keeping lost letters needs. */
export interface KeepLostParts {
  readonly queue: Pick<Queue, 'parked' | 'redrives'>;
  /** `keepLostDeadLetters` of the store. */
  readonly keepLetters: (letters: readonly KeptDeadLetter[]) => Promise<number>;
}

/**
 * Looks after dead letters whose claim was gone when it was to be finished. Either somebody had finished it (an adopter,
 * or this worker, whose first answer was lost): then they are in the list, or were redriven since, or their events are
 * stored. Or Redis lost its data set, and nobody else has them: then they go into the table. Answers how many did.
 * Repeating it changes nothing. An operator who purged one of them within these moments finds it again.
 */
export async function keepLostLetters(parts: KeepLostParts, lines: readonly DeadLetterLine[]): Promise<number> {
  const ids = lines.map(({ id }) => id);
  const parked = await parts.queue.parked(ids);
  const redrives = await parts.queue.redrives(ids);
  const lost = lines.filter(({ id, redrives: before }) => !parked.has(id) && (redrives.get(id)?.times ?? 0) <= before);
  return lost.length === 0 ? 0 : parts.keepLetters(lost.map(toKept));
}

function toKept({ id, line, letter }: DeadLetterLine): KeptDeadLetter {
  const isWhole = letter.raw_bytes === undefined;
  return {
    id,
    line: Buffer.from(line),
    reason: letter.reason,
    lastAt: new Date(letter.last_at),
    entryId: isWhole && isUuidV7(id) ? id : null,
  };
}
