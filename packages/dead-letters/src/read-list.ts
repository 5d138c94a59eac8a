import type { Queue } from '@auditlane/queue';
import { readLetter, type Letter } from './letter.ts';

/** A letter of the list and its position, counted from the oldest, which is 0. */
export interface Listed {
  readonly letter: Letter;
  readonly position: number;
}

const PORTION = 250;
const FROM_NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * Letters from the one before `position` down to the oldest. Letters that are parked meanwhile shift nothing; when older
 * ones leave meanwhile some may be met twice, none is missed.
 */
export async function* readOlder(queue: Pick<Queue, 'peek'>, position = FROM_NEWEST): AsyncGenerator<Listed> {
  for (let next = position; next > 0;) {
    const { length, lines } = await queue.peek({ direction: 'older', position: next, limit: PORTION });
    next = Math.min(next, length);
    for (const line of lines) {
      next -= 1;
      yield { letter: readLetter(line, 'list'), position: next };
    }
    if (lines.length === 0) return;
  }
}

/** Letters from the oldest up to the newest: the order in which they are redriven and moved. */
export async function* readNewer(queue: Pick<Queue, 'peek'>): AsyncGenerator<Letter> {
  for (let next = 0; ;) {
    const { lines } = await queue.peek({ direction: 'newer', position: next, limit: PORTION });
    if (lines.length === 0) return;
    next += lines.length;
    for (const line of lines) yield readLetter(line, 'list');
  }
}
