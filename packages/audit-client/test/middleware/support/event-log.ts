import type { RequestEventLog, RequestEventOptions } from '../../../src/middleware/request-event-log.ts';

/** One call of `logEvent`. */
export interface LoggedEvent {
  readonly type: string;
  readonly source: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly options: RequestEventOptions;
}

/** A service that keeps what it is told. */
export interface EventLog extends RequestEventLog {
  readonly events: LoggedEvent[];
  readonly flushes: { count: number };
  /** Resolves with the events as soon as there are `count`; rejects after 5 s. */
  waitFor(count: number): Promise<readonly LoggedEvent[]>;
}

const DEADLINE_MS = 5000;

export function createEventLog(): EventLog {
  const events: LoggedEvent[] = [];
  const flushes = { count: 0 };
  let onEvent = (): void => undefined;
  return {
    events,
    flushes,
    logEvent(type, source, details, options = {}) {
      events.push({ type, source, details, options });
      onEvent();
      return Promise.resolve();
    },
    flush() {
      flushes.count += 1;
      return Promise.resolve();
    },
    waitFor(count) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(new Error(`${events.length} of ${count} events: ${JSON.stringify(events.map((one) => one.type))}`)),
          DEADLINE_MS,
        );
        onEvent = () => {
          if (events.length < count) return;
          clearTimeout(timer);
          resolve(events);
        };
        onEvent();
      });
    },
  };
}
