import { EVENT_PRIORITIES, type EventPriority } from '../event-priority.ts';

/** Figures of one priority, or of all. */
export interface BatchFigures {
  /** Events given to `addEvent`, and summaries of windows but those that were dropped. */
  readonly totalReceived: number;
  /** Events that the processor has taken. */
  readonly totalProcessed: number;
  /** Identical events that an earlier one, or a summary, stands for. Shrinks when that one is dropped. */
  readonly totalDeduplicated: number;
  /** Events that the processor has not taken: spooled, parked, or no event at all. */
  readonly totalFailed: number;
  /** Events that are nowhere, those included for which a dropped one stood. */
  readonly totalDropped: number;
  /** Events and summaries that were deduplicated and are so no more: the one that stood for them was dropped. */
  readonly totalDeduplicatedDropped: number;
  /** Summaries that were dropped: the events for which they stood are in `totalDropped`, they themselves in no other figure. */
  readonly totalSummariesDropped: number;
  /** Mean milliseconds of a call of `process`; 0 before the first. */
  readonly averageProcessingTime: number;
  /** Events held now: those that wait, are under way, or are to be tried again. */
  readonly currentQueueSize: number;
  /** What these keep in memory, in bytes, roughly; `maxQueueBytes` bounds it. */
  readonly currentQueueBytes: number;
}

/**
 * Figures since the processor was made. At every moment `totalReceived` is the sum of `totalProcessed`,
 * `totalDeduplicated`, `totalFailed`, `totalDropped` and `currentQueueSize`, for each priority and for all. An event that
 * is dropped takes those with it for which it stood: they move from `totalDeduplicated` to `totalDropped`.
 */
export interface BatchProcessingStats extends BatchFigures {
  /** How many of the received events are summaries, made here and not logged by anybody. */
  readonly totalSummaries: number;
  readonly byPriority: Readonly<Record<EventPriority, BatchFigures>>;
}

/** How an event ended. */
export type Ending = 'processed' | 'deduplicated' | 'failed' | 'dropped';

/** An event as it is counted. */
export interface CountedEvent {
  readonly event: { readonly priority: EventPriority };
  readonly bytes: number;
  /** How many logged events it stands for, itself included unless it is a summary; and how many summaries. */
  readonly stands: number;
  readonly summaries: number;
}

interface Tally {
  received: number;
  held: number;
  heldBytes: number;
  deduplicatedDropped: number;
  summariesDropped: number;
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
  #heldBytes = 0;
  #summaries = 0;

  /** Events held, of all priorities. */
  get held(): number {
    return this.#held;
  }

  /** What those keep in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  received({ event, bytes }: CountedEvent): void {
    const tally = this.#tallies[event.priority];
    tally.received += 1;
    tally.held += 1;
    tally.heldBytes += bytes;
    this.#held += 1;
    this.#heldBytes += bytes;
  }

  summarized(): void {
    this.#summaries += 1;
  }

  ended({ event, bytes, stands, summaries }: CountedEvent, ending: Ending): void {
    const tally = this.#tallies[event.priority];
    tally.held -= 1;
    tally.heldBytes -= bytes;
    this.#held -= 1;
    this.#heldBytes -= bytes;
    if (ending !== 'dropped') {
      tally.ended[ending] += 1;
      return;
    }
    // All but the one that was held had ended as deduplicated. A summary is nobody's event: it never came.
    const undone = stands + summaries - 1;
    tally.ended.dropped += stands;
    tally.ended.deduplicated -= undone;
    tally.deduplicatedDropped += undone;
    tally.received -= summaries;
    tally.summariesDropped += summaries;
    this.#summaries -= summaries;
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
    heldBytes: 0,
    deduplicatedDropped: 0,
    summariesDropped: 0,
    ended: { processed: 0, deduplicated: 0, failed: 0, dropped: 0 },
    calls: 0,
    callMs: 0,
  };
}

function add(total: Tally, part: Tally): void {
  total.received += part.received;
  total.held += part.held;
  total.heldBytes += part.heldBytes;
  total.deduplicatedDropped += part.deduplicatedDropped;
  total.summariesDropped += part.summariesDropped;
  total.calls += part.calls;
  total.callMs += part.callMs;
  total.ended.processed += part.ended.processed;
  total.ended.deduplicated += part.ended.deduplicated;
  total.ended.failed += part.ended.failed;
  total.ended.dropped += part.ended.dropped;
}

function toFigures({ received, held, heldBytes, ended, calls, callMs, ...dropped }: Tally): BatchFigures {
  return {
    totalReceived: received,
    totalProcessed: ended.processed,
    totalDeduplicated: ended.deduplicated,
    totalFailed: ended.failed,
    totalDropped: ended.dropped,
    totalDeduplicatedDropped: dropped.deduplicatedDropped,
    totalSummariesDropped: dropped.summariesDropped,
    averageProcessingTime: calls === 0 ? 0 : callMs / calls,
    currentQueueSize: held,
    currentQueueBytes: heldBytes,
  };
}
