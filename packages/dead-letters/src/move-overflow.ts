import type { Queue } from '@auditlane/queue';
import {
  keepDeadLetters,
  withDeadLetterLock,
  type DeadLetterLock,
  type KeptDeadLetter,
  type Pool,
} from '@auditlane/store';
import { lastAtOf, rawOf, readLetter, reasonOf, toLineId, type Letter } from './letter.ts';
import { toEventId } from './to-entry.ts';

export interface MoveOverflowParts {
  readonly queue: Pick<Queue, 'peek' | 'remove' | 'failedBytes'>;
  /** At least two connections: one holds the lock while the other commits. */
  readonly pool: Pool;
  /** Letters that the list may hold. */
  readonly maxLength: number;
  /** Bytes that it may take in Redis. */
  readonly maxBytes: number;
  /** For letters that do not say when they were parked. */
  readonly now: () => Date;
}

export interface MovedOverflow {
  readonly moved: number;
  /** Letters in the list after. */
  readonly left: number;
}

const PORTION = { letters: 100, bytes: 4_194_304 } as const;

/**
 * Moves the oldest letters from the list to the table until the list is within its bounds. They are inserted, then
 * committed, then exactly these lines are removed from the list, while nobody else acts on letters. A crash before the
 * commit changes nothing; one after it leaves letters in both, where the list counts, and the next run removes them.
 */
export async function moveOverflow(parts: MoveOverflowParts): Promise<MovedOverflow> {
  let moved = 0;
  for (;;) {
    const portion = await withDeadLetterLock(parts.pool, (lock) => movePortion(parts, lock));
    moved += portion.moved;
    if (portion.moved === 0) return { moved, left: portion.left };
  }
}

async function movePortion(parts: MoveOverflowParts, lock: DeadLetterLock): Promise<MovedOverflow> {
  const { queue, pool } = parts;
  const { length, lines } = await queue.peek({
    direction: 'newer',
    position: 0,
    limit: PORTION.letters,
    maxBytes: PORTION.bytes,
  });
  const bytes = (await queue.failedBytes()) ?? 0;
  const letters = lines
    .slice(0, countExcess(lines, { letters: length - parts.maxLength, bytes: bytes - parts.maxBytes }))
    .map((line) => readLetter(line, 'list'));
  if (letters.length === 0) return { moved: 0, left: length };
  await keepDeadLetters(pool, await toKept(letters, lock, parts.now()));
  // Without the lock an operator may have redriven one of them since; then the next run decides.
  await lock.check();
  const removed = await queue.remove(letters);
  const moved = removed.filter(Boolean).length;
  return { moved, left: length - moved };
}

function countExcess(lines: readonly Buffer[], excess: { readonly letters: number; readonly bytes: number }): number {
  let count = 0;
  for (let bytes = 0; count < lines.length && (count < excess.letters || bytes < excess.bytes); count += 1) {
    bytes += lines[count]?.length ?? 0;
  }
  return count;
}

/**
 * What goes into the table, each id once. A letter of the same id and the same entry is replaced by its newer state; one
 * with another entry is another event, whoever gave it that id, and goes by its line.
 */
async function toKept(letters: readonly Letter[], lock: DeadLetterLock, now: Date): Promise<readonly KeptDeadLetter[]> {
  const there = await lock.find(letters.map(({ id }) => id));
  const raws = new Map(there.map(({ id, line }) => [id, rawOf(readLetter(line, 'table'))]));
  const kept = new Map<string, KeptDeadLetter>();
  for (const letter of letters) {
    const raw = rawOf(letter);
    const id = (raws.get(letter.id) ?? raw).equals(raw) ? letter.id : toLineId(letter.line);
    raws.set(id, raw);
    kept.set(id, {
      id,
      line: letter.line,
      reason: reasonOf(letter),
      lastAt: lastAtOf(letter) ?? now,
      entryId: toEventId(letter),
    });
  }
  return [...kept.values()];
}
