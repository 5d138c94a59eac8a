/**
 * The client's own events about what it gave up or refused, and about numbers that need no row: one per reason and
 * interval, with counts, times, and the numbers that the events had. Maintenance takes those off the holes in this producer's numbers, so that what remains is
 * lost without anybody having been told.
 *
 * A report that does not get through is no loss and makes no report: what it told, and the number that it took, go into
 * the next one. Memory is bounded: beyond 1000 ranges of a reason, numbers are counted and not named, and look lost.
 */
import type { Producer } from './producer.ts';

/** What was given up for one reason since the last report. */
export interface LossReport {
  /**
   * `dropped`: events that callers were told are nowhere; `refused`: calls that were no valid event; `settled`, which is
   * no loss: numbers that get no row, as another event stands for theirs or a processor put it elsewhere.
   */
  readonly kind: 'dropped' | 'refused' | 'settled';
  readonly reason: string;
  readonly count: number;
  /** Numbers of those that had one, as `5-9,12`; '' when none had. */
  readonly numbers: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export interface LossReportsOptions {
  readonly producer: Producer;
  readonly now: () => number;
  /** Brings a report to the queue: false when it did not get there, and then the number it had, if it took one. */
  readonly send: (report: LossReport) => Promise<{ readonly isSent: boolean; readonly number: number | null }>;
  /** Milliseconds between reports, default 10 s. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 10_000;
const CLOSE_MS = 1000;
const MAX_RANGES = 1000;

interface Tally {
  readonly kind: LossReport['kind'];
  readonly reason: string;
  count: number;
  firstAt: number;
  lastAt: number;
  ranges: { first: number; last: number }[];
  /** No range is to be had any more: sorting again for each event would cost the caller. */
  isFull: boolean;
}

export class LossReports {
  readonly #options: LossReportsOptions;
  #tallies = new Map<string, Tally>();
  /** Numbers are of this producer; after a fork they are another's. */
  #producerId: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: LossReportsOptions) {
    this.#options = options;
  }

  /** Takes note of one event or call; `number` is the one it had, null when it had none. */
  note(kind: LossReport['kind'], reason: string, number: number | null): void {
    const { producer, now, intervalMs = INTERVAL_MS } = this.#options;
    if (this.#producerId !== producer.id) {
      this.#producerId = producer.id;
      this.#tallies.clear();
    }
    const at = readClock(now);
    const tally = this.#tallyOf(kind, reason, at);
    tally.count += 1;
    tally.lastAt = at;
    if (number !== null) {
      addNumber(tally, number);
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.send();
    }, intervalMs).unref();
  }

  /** `count` events more are lost by what was noted just before: the event stood for them. They have no numbers of their own. */
  noteMore(kind: LossReport['kind'], reason: string, count: number): void {
    const tally = this.#tallies.get(`${kind}:${reason}`);
    if (tally !== undefined && count > 0) {
      tally.count += count;
    }
  }

  /** Sends what was noted, now. Resolves when it got through or was kept for the next time; never rejects. */
  send(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendAll());
    return this.#sending;
  }

  /** Sends for the last time, and waits no longer than a second: the end of a process is worth more than its report. */
  async close(): Promise<void> {
    clearTimeout(this.#timer ?? undefined);
    if (this.#tallies.size === 0) {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS).unref();
    });
    await Promise.race([this.send(), waited]);
    clearTimeout(timer);
  }

  async #sendAll(): Promise<void> {
    const tallies = [...this.#tallies.values()];
    this.#tallies.clear();
    for (const tally of tallies) {
      const { isSent, number } = await this.#options
        .send(toReport(tally))
        .catch(() => ({ isSent: false, number: null }));
      if (!isSent) {
        this.#keep(tally, number);
      }
    }
  }

  #keep(tally: Tally, number: number | null): void {
    const kept = this.#tallyOf(tally.kind, tally.reason, tally.firstAt);
    kept.count += tally.count;
    kept.firstAt = Math.min(kept.firstAt, tally.firstAt);
    kept.lastAt = Math.max(kept.lastAt, tally.lastAt);
    kept.ranges = merge([...kept.ranges, ...tally.ranges]).slice(0, MAX_RANGES);
    if (number !== null) {
      addNumber(kept, number);
    }
  }

  #tallyOf(kind: LossReport['kind'], reason: string, at: number): Tally {
    const key = `${kind}:${reason}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) {
      return known;
    }
    const tally: Tally = { kind, reason, count: 0, firstAt: at, lastAt: at, ranges: [], isFull: false };
    this.#tallies.set(key, tally);
    return tally;
  }
}

/** Calls usually end in the order of their numbers, so this nearly always extends the last range. */
function addNumber(tally: Tally, number: number): void {
  const last = tally.ranges.at(-1);
  if (last !== undefined && number === last.last + 1) {
    last.last = number;
    return;
  }
  if (tally.ranges.length >= MAX_RANGES && !tally.isFull) {
    tally.ranges = merge(tally.ranges);
    tally.isFull = tally.ranges.length > MAX_RANGES / 2;
  }
  if (tally.ranges.length < MAX_RANGES) {
    tally.ranges.push({ first: number, last: number });
  }
}

function merge(ranges: Tally['ranges']): Tally['ranges'] {
  const merged: Tally['ranges'] = [];
  for (const { first, last } of ranges.toSorted((left, right) => left.first - right.first)) {
    const open = merged.at(-1);
    if (open !== undefined && first <= open.last + 1) {
      open.last = Math.max(open.last, last);
    } else {
      merged.push({ first, last });
    }
  }
  return merged;
}

function toReport({ kind, reason, count, firstAt, lastAt, ranges }: Tally): LossReport {
  const numbers = merge(ranges)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
    .join(',');
  return { kind, reason, count, numbers, firstAt: new Date(firstAt), lastAt: new Date(lastAt) };
}

/** An application may have put a clock in place that throws; its call must not throw for that. */
function readClock(now: () => number): number {
  try {
    return now();
  } catch {
    return performance.timeOrigin + performance.now();
  }
}
