import type { Queue } from '@auditlane/queue';
import { listDeadLetters, type DeadLetterPosition, type Pool } from '@auditlane/store';
import { toCursor, type Cursor } from './cursor.ts';
import { toSummary, type LetterSummary } from './describe-letter.ts';
import { lastAtOf, readLetter, reasonOf } from './letter.ts';
import { readOlder, type Listed } from './read-list.ts';

/** Where letters are. */
export interface Places {
  readonly queue: Queue;
  readonly pool: Pool;
}

export interface PageOptions {
  readonly reason: string | null;
  readonly limit: number;
  /** The last letter of the page before; null for the first page. */
  readonly after: Cursor | null;
}

/** A page, newest first: first the list, then the table. */
export interface Page {
  readonly letters: readonly LetterSummary[];
  /** Null at the end. */
  readonly next: Cursor | null;
}

/** A position to go on from, and what to leave out. */
interface Start {
  readonly listed: AsyncGenerator<Listed> | null;
  readonly skipsNewerThanMs: number | null;
  readonly inTable: DeadLetterPosition | null;
}

/** A letter is forgotten once it is summarised: a thousand of them may be of a megabyte each. */
interface Found {
  readonly summary: LetterSummary;
  readonly position: number;
}

/** Collects letters, each id once, until the page and one more are full. */
class Collector {
  readonly #options: PageOptions;
  readonly #found: Found[] = [];
  readonly #ids = new Set<string>();

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** True when the page is full. */
  add({ letter, position }: Listed): boolean {
    const { reason, limit, after } = this.#options;
    const isWanted = (reason === null || reasonOf(letter) === reason) && letter.id !== after?.id;
    if (isWanted && !this.#ids.has(letter.id)) {
      this.#ids.add(letter.id);
      this.#found.push({ summary: toSummary(letter), position });
    }
    return this.#found.length > limit;
  }

  toPage(): Page {
    const { reason, limit } = this.#options;
    const last = this.#found[limit - 1];
    const hasMore = this.#found.length > limit && last !== undefined;
    return {
      letters: this.#found.slice(0, limit).map(({ summary }) => summary),
      next: hasMore ? toCursor(last.summary, { reason, position: last.position }) : null,
    };
  }
}

/** Reads one page. Letters that come or go meanwhile may be missing from it or not; none that stays is. */
export async function readPage(places: Places, options: PageOptions): Promise<Page> {
  const collector = new Collector(options);
  const start = await findStart(places, options.after);
  if (start.listed !== null) {
    for await (const listed of start.listed) {
      const lastMs = lastAtOf(listed.letter)?.getTime() ?? null;
      const isSeen = start.skipsNewerThanMs !== null && lastMs !== null && lastMs > start.skipsNewerThanMs;
      if (!isSeen && collector.add(listed)) return collector.toPage();
    }
  }
  await addFromTable(places, { collector, options, from: start.inTable });
  return collector.toPage();
}

/** Where the page before ended; that letter itself may have moved or gone since. */
async function findStart({ queue }: Places, after: Cursor | null): Promise<Start> {
  if (after === null) return { listed: readOlder(queue), skipsNewerThanMs: null, inTable: null };
  const inTable = after.lastMs === null ? null : { lastAt: new Date(after.lastMs), id: after.id };
  if (after.place === 'table') return { listed: null, skipsNewerThanMs: null, inTable };
  const listed = readOlder(queue, after.position + 1);
  // Positions only ever shrink, so it is here or further on. Not left by `break`, which would end the generator.
  for (let step = await listed.next(); step.done !== true; step = await listed.next()) {
    if (step.value.letter.id === after.id) return { listed, skipsNewerThanMs: null, inTable: null };
  }
  return { listed: readOlder(queue, after.position), skipsNewerThanMs: after.lastMs, inTable };
}

const TABLE_PORTION_BYTES = 4_194_304;

interface TablePart {
  readonly collector: Collector;
  readonly options: PageOptions;
  readonly from: DeadLetterPosition | null;
}

async function addFromTable({ queue, pool }: Places, { collector, options, from }: TablePart): Promise<void> {
  const { reason, limit } = options;
  for (let after = from; ;) {
    const rows = await listDeadLetters(pool, { reason, after, limit: limit + 1, maxBytes: TABLE_PORTION_BYTES });
    const parked = await queue.parked(rows.map(({ id }) => id));
    for (const { id, line } of rows) {
      // The list counts where a letter is in both.
      if (!parked.has(id) && collector.add({ letter: readLetter(line, 'table', id), position: 0 })) return;
    }
    const last = rows.at(-1);
    const bytes = rows.reduce((sum, { line }) => sum + line.length, 0);
    if (last === undefined || (rows.length <= limit && bytes < TABLE_PORTION_BYTES)) return;
    after = { lastAt: last.lastAt, id: last.id };
  }
}
