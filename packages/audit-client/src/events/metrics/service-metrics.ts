import type { AuditClientStats } from '../../audit-client.ts';
import type { BatchFigures } from '../batching/batch-stats.ts';
import { EVENT_PRIORITIES } from '../event-priority.ts';
import type { SecurityEventServiceStats } from '../service/security-event-service.ts';
import type { MetricAggregator, MetricSample } from './metric-registry.ts';

/** The figures of one service at one moment. */
export interface ServiceFigures {
  readonly service: string;
  readonly stats: SecurityEventServiceStats;
  /** Null when the events do not go through a client's queue, or it cannot say. `of`: the client itself, to count it once. */
  readonly client: { readonly of: object; readonly stats: AuditClientStats } | null;
}

/** A metric and where its values are. */
export interface ServiceMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Whose figures they are: a client may serve several services. */
  readonly of: 'service' | 'client';
  /** How values with the same labels become one, of this process or of the workers of a cluster. */
  readonly aggregator: MetricAggregator;
  readonly read: (figures: ServiceFigures) => readonly MetricSample[];
}

function byPriority(read: (figures: BatchFigures) => number): ServiceMetric['read'] {
  return ({ service, stats }) =>
    EVENT_PRIORITIES.map((priority) => ({ labels: { service, priority }, value: read(stats.byPriority[priority]) }));
}

function ofHandlers(
  read: (handler: SecurityEventServiceStats['handlers']['handlers'][number]) => Readonly<Record<string, number>>,
): ServiceMetric['read'] {
  return ({ service, stats }) =>
    stats.handlers.handlers.flatMap((handler) =>
      Object.entries(read(handler)).map(([outcome, value]) => ({
        labels: { service, pattern: String(handler.pattern), ...(outcome === '' ? {} : { outcome }) },
        value,
      })),
    );
}

function ofService(read: (stats: SecurityEventServiceStats) => number): ServiceMetric['read'] {
  return ({ service, stats }) => [{ labels: { service }, value: read(stats) }];
}

function ofClient(
  label: string,
  read: (client: AuditClientStats) => Readonly<Record<string, number>>,
): ServiceMetric['read'] {
  return ({ service, client }) =>
    client === null
      ? []
      : Object.entries(read(client.stats)).map(([word, value]) => ({
          labels: { service, ...(label === '' ? {} : { [label]: word }) },
          value,
        }));
}

function counter(name: string, help: string, read: ServiceMetric['read']): ServiceMetric {
  return { name: `audit_client_${name}_total`, help, type: 'counter', of: 'service', aggregator: 'sum', read };
}

function gauge(name: string, help: string, read: ServiceMetric['read']): ServiceMetric {
  return { name: `audit_client_${name}`, help, type: 'gauge', of: 'service', aggregator: 'sum', read };
}

const OF_SERVICE: readonly ServiceMetric[] = [
  counter(
    'events_received',
    'Security events taken, and summaries of identical ones.',
    byPriority((f) => f.totalReceived + f.totalSummariesDropped),
  ),
  counter(
    'events_processed',
    'Security events that found their place.',
    byPriority((f) => f.totalProcessed),
  ),
  counter(
    'events_deduplicated',
    'Identical security events for which another stands, or stood until it was dropped.',
    byPriority((f) => f.totalDeduplicated + f.totalDeduplicatedDropped),
  ),
  counter(
    'events_failed',
    'Security events that their processor did not take: spooled or parked.',
    byPriority((f) => f.totalFailed),
  ),
  counter(
    'events_dropped',
    'Security events that are nowhere, those included for which a dropped one stood.',
    byPriority((f) => f.totalDropped),
  ),
  counter(
    'events_deduplicated_dropped',
    'Security events counted as deduplicated and then as dropped: received = processed + deduplicated + failed + dropped + queued - this.',
    byPriority((f) => f.totalDeduplicatedDropped - f.totalSummariesDropped),
  ),
  gauge(
    'events_queued',
    'Security events that wait or are under way.',
    byPriority((f) => f.currentQueueSize),
  ),
  {
    ...gauge(
      'batch_average_seconds',
      'Mean duration of a batch since the start.',
      byPriority((f) => f.averageProcessingTime / 1000),
    ),
    aggregator: 'average',
  },
  counter(
    'calls_rejected',
    'Calls refused before their event was taken.',
    ofService((stats) => stats.totalRejected),
  ),
  counter(
    'calls_disabled',
    'Calls while the service was switched off.',
    ofService((stats) => stats.totalDisabled),
  ),
  counter(
    'handler_calls',
    'Calls of handlers of the event bus that have ended.',
    ofHandlers(({ succeeded, failed, timedOut }) => ({ succeeded, failed, timed_out: timedOut })),
  ),
  counter(
    'handler_skips',
    'Events that a handler did not get, as too many waited.',
    ofHandlers(({ skipped }) => ({ '': skipped })),
  ),
  counter(
    'handler_seconds',
    'Time from call to end of handlers that succeeded.',
    ofHandlers(({ totalMs }) => ({ '': totalMs / 1000 })),
  ),
];

const OF_CLIENT: readonly ServiceMetric[] = [
  counter(
    'receipts',
    'Events that the client has a place for.',
    ofClient('status', ({ queued, spooled, stored }) => ({ queued, spooled, stored })),
  ),
  counter(
    'rejections',
    'Events that the client has no place for.',
    ofClient('reason', ({ rejected }) => rejected),
  ),
  gauge(
    'pending_events',
    'Events of the client without a receipt yet.',
    ofClient('', ({ pending }) => ({ '': pending.events })),
  ),
  gauge(
    'spool_bytes',
    'Bytes of events on disk.',
    ofClient('', ({ spool }) => ({ '': spool.bytes })),
  ),
  {
    ...gauge(
      'redis_ready',
      '1 while the client is connected to Redis.',
      ofClient('', ({ redis }) => ({ '': redis === 'ready' ? 1 : 0 })),
    ),
    aggregator: 'min',
  },
];

/**
 * Every metric of a service. For each priority received = processed + deduplicated + failed + dropped + queued -
 * deduplicated_dropped at every moment: a counter cannot take back what was deduplicated before it was dropped. The last
 * ones are those of the client behind the queue, which may serve more than this service.
 */
export const SERVICE_METRICS: readonly ServiceMetric[] = [
  ...OF_SERVICE,
  ...OF_CLIENT.map((metric) => ({ ...metric, of: 'client' as const })),
];
