import type { LogEventOptions, LogEventService } from '../../../src/transports/log-event-service.ts';

/** One call of `logEvent`. */
export interface LoggedEvent {
  readonly type: string;
  readonly source: string;
  readonly details: Record<string, unknown>;
  readonly options: LogEventOptions;
}

/** A service that keeps what it is given; `answer` stands for the queue behind it. */
export function createRecordingService(
  answer: () => Promise<{ readonly status: string }> = async () => ({ status: 'queued' }),
) {
  const events: LoggedEvent[] = [];
  let flushes = 0;
  const service: LogEventService = {
    logEvent(type, source, details, options) {
      events.push({ type, source, details, options });
      return answer();
    },
    async flush() {
      flushes += 1;
    },
  };
  return { service, events, flushes: () => flushes };
}
