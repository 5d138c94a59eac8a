import { setTimeout as wait } from 'node:timers/promises';
import { createSecurityEventService, securityEventService } from '../events/index.ts';
import type { LogEventService, OwnLogEventService } from './log-event-service.ts';
import { createLevelReader } from './log-levels.ts';
import type { LogRecord } from './log-record.ts';
import type { LogSink, LogTransportStats } from './log-sink-types.ts';
import type { LogSinkOptions } from './log-transport-checks.ts';
import { isOwnWork, runAsOwnWork } from './own-work.ts';
import { toLogEvent } from './to-log-event.ts';

type Counts = { -readonly [Figure in keyof LogTransportStats]: number };

/**
 * The part that all transports share. Its bound is `maxPending`: behind it the service has bounds of its own, so a queue
 * that is away costs memory up to both, and then records, by number, and never time in the logger's call.
 */
export function createLogSink(options: LogSinkOptions): LogSink {
  const own = options.config === undefined ? null : createOwnService(options.config);
  const service: LogEventService = own ?? options.service ?? securityEventService;
  const counts: Counts = { received: 0, filtered: 0, dropped: 0, sent: 0, refused: 0, pending: 0, own: 0 };
  const hand = createHandOver(service, options, counts);

  return {
    write(record) {
      if (isOwnWork()) {
        counts.own += 1;
        return;
      }
      counts.received += 1;
      if (!passes(options.filter, record)) counts.filtered += 1;
      else if (counts.pending >= options.maxPending) counts.dropped += 1;
      else hand(record);
    },
    drop() {
      counts.received += 1;
      counts.dropped += 1;
    },
    flush: () => within(options.closeTimeout, () => service.flush()),
    close: () => within(options.closeTimeout, () => (own === null ? service.flush() : own.close())),
    getStats: () => ({ ...counts }),
  };
}

/** Makes the event and counts what becomes of it. A service of the user's that throws must not fail the logger's call. */
function createHandOver(
  service: LogEventService,
  options: LogSinkOptions,
  counts: Counts,
): (record: LogRecord) => void {
  const meaningOf = createLevelReader(options.levels);
  const settle = (kind: 'sent' | 'refused'): void => {
    counts.pending -= 1;
    counts[kind] += 1;
  };
  return (record) => {
    try {
      const { type, details, correlationId } = toLogEvent(record, options.type);
      const { severity, priority } = meaningOf(record.level);
      const facts = { severity, priority, correlationId, occurredAt: record.time ?? undefined };
      const answer = runAsOwnWork(() => service.logEvent(type, options.source, details, facts));
      counts.pending += 1;
      void judge(answer).then(settle);
    } catch {
      counts.dropped += 1;
    }
  };
}

/** What became of an event; never rejects. A service of the user's may answer anything, and nothing at all. */
async function judge(answer: unknown): Promise<'sent' | 'refused'> {
  try {
    const receipt = await answer;
    const isReceipt = typeof receipt === 'object' && receipt !== null;
    return isReceipt && Reflect.get(receipt, 'status') === 'rejected' ? 'refused' : 'sent';
  } catch {
    return 'refused';
  }
}

/** Narrowed to what the transports use of it, so that a test may stand in for it. */
function createOwnService(config: NonNullable<LogSinkOptions['config']>): OwnLogEventService {
  return createSecurityEventService(config);
}

function passes(filter: LogSinkOptions['filter'], record: LogRecord): boolean {
  try {
    return filter === undefined || filter(record);
  } catch {
    // Rather an event too many than one that a fault in the filter hides.
    return true;
  }
}

/** A logger that ends waits for this, and the process with it: there must be an end to it, whatever the service does. */
async function within(ms: number, work: () => Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const timeout = wait(ms, undefined, { signal: timer.signal });
  await Promise.race([runAsOwnWork(async () => work()), timeout]).catch(() => undefined);
  timer.abort();
  await timeout.catch(() => undefined);
}
