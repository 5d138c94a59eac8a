import { EVENT_PRIORITIES, type EventPriority } from '../event-priority.ts';

/** Figures of one priority, or of all. */
export interface BatchFigures {
  /** Events given to `addEvent`, and summaries of windows. */
  readonly totalReceived: number;
  /** Events that the processor has taken. */
  readonly totalProcessed: number;
  /** Identical events that an earlier one, or a summary, stands for. */
  readonly totalDeduplicated: number;
  /** Events that the processor has not taken: spooled, parked, or no event at all. */
  readonly totalFailed: number;
  /** Events that are nowhere. */
  readonly totalDropped: number;
  /** Mean milliseconds of a call of `process`; 0 before the first. */
  readonly averageProcessingTime: number;
  /** Events held now: those that wait, are under way, or are to be tried again. */
  readonly currentQueueSize: number;
}

/**
 * Figures since the processor was made. At every moment `totalReceived` is the sum of `totalProcessed`,
 * `totalDeduplicated`, `totalFailed`, `totalDropped` and `currentQueueSize`, for each priority and for all.
 */
export interface BatchProcessingStats extends BatchFigures {
  /** How many of the received events are summaries, made here and not logged by anybody. */
  readonly totalSummaries: number;
  readonly byPriority: Readonly<Record<EventPriority, BatchFigures>>;
}

/** How an event ended. */
export type Ending = 'processed' | 'deduplicated' | 'failed' | 'dropped';

interface Tally {
  received: number;
  held: number;
  readonly ended: Record<Ending, number>;
  calls: number;
  callMs: number;
}

/** Counts every event once when it comes and once when it ends, so the sums close at every moment. */
export class BatchStats {
  readonly #tallies: Readonly<Record<EventPriority, Tally>> = {
    critical: createTally(),
    high: createTally(),
    medium: createTally(),
    low: createTally(),
    info: createTally(),
  };
  #held = 0;
  #summaries = 0;

  /** Events held, of all priorities. */
  get held(): number {
    return this.#held;
  }

  received(priority: EventPriority): void {
    this.#tallies[priority].received += 1;
    this.#tallies[priority].held += 1;
    this.#held += 1;
  }

  summarized(): void {
    this.#summaries += 1;
  }

  ended(priority: EventPriority, ending: Ending): void {
    const tally = this.#tallies[priority];
    tally.held -= 1;
    tally.ended[ending] += 1;
    this.#held -= 1;
  }

  /** A call of `process` has settled, or was given up. */
  called(priority: EventPriority, ms: number): void {
    this.#tallies[priority].calls += 1;
    this.#tallies[priority].callMs += ms;
  }

  read(): BatchProcessingStats {
    const total = createTally();
    for (const priority of EVENT_PRIORITIES) {
      add(total, this.#tallies[priority]);
    }
    const { critical, high, medium, low, info } = this.#tallies;
    return {
      ...toFigures(total),
      totalSummaries: this.#summaries,
      byPriority: {
        critical: toFigures(critical),
        high: toFigures(high),
        medium: toFigures(medium),
        low: toFigures(low),
        info: toFigures(info),
      },
    };
  }
}

function createTally(): Tally {
  return {
    received: 0,
    held: 0,
    ended: { processed: 0, deduplicated: 0, failed: 0, dropped: 0 },
    calls: 0,
    callMs: 0,
  };
}

function add(total: Tally, part: Tally): void {
  total.received += part.received;
  total.held += part.held;
  total.calls += part.calls;
  total.callMs += part.callMs;
  total.ended.processed += part.ended.processed;
  total.ended.deduplicated += part.ended.deduplicated;
  total.ended.failed += part.ended.failed;
  total.ended.dropped += part.ended.dropped;
}

function toFigures({ received, held, ended, calls, callMs }: Tally): BatchFigures {
  return {
    totalReceived: received,
    totalProcessed: ended.processed,
    totalDeduplicated: ended.deduplicated,
    totalFailed: ended.failed,
    totalDropped: ended.dropped,
    averageProcessingTime: calls === 0 ? 0 : callMs / calls,
    currentQueueSize: held,
  };
}
