/**
 * The one place that looks at the whole fleet: reads Redis and Postgres, judges, and logs what it finds. Requests and
 * a timer share it, so that the log tells an operator the same as the answer does, also when nobody asks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerBeat } from '@auditlane/queue';
import type { RateLimitedLog } from '@auditlane/runtime';
import type { AuditMetrics } from './audit-metrics.ts';
import { coalesce } from './coalesce.ts';
import { createDropHistory } from './drop-history.ts';
import type { DropTrend } from './drop-history.ts';
import { runningWorkers } from './fleet-view.ts';
import type { FleetView, PostgresFacts, RedisFacts } from './fleet-view.ts';
import { toHealthStatus } from './health.ts';
import type { ServiceStates } from './health.ts';
import { createLossWatch } from './loss-facts.ts';
import { findingsOf, toRecommendations } from './recommendations.ts';
import type { Finding } from './recommendations.ts';
import { createSourceReader, valueNow } from './source-reading.ts';
import { toFleetMetrics } from './to-fleet-metrics.ts';
import type { FleetLimits } from './to-fleet-metrics.ts';

/** What was found at one moment. */
export interface Assessment {
  readonly view: FleetView;
  readonly answer: AuditMetrics;
  readonly services: ServiceStates;
}

export interface MonitorOptions {
  readRedis(): Promise<RedisFacts>;
  readPostgres(): Promise<PostgresFacts>;
  readonly limits: FleetLimits;
  readonly log: RateLimitedLog;
  /** Milliseconds since 1970; default the system's. */
  readonly clock?: () => number;
  /** When a source that does not answer counts as away, default 1500 ms. */
  readonly deadlineMs?: number;
}

export interface Monitor {
  /** Looks at the fleet now; never rejects, and answers within the deadline. */
  assess(): Promise<Assessment>;
  /** Looks every `intervalMs` until aborted, so that drops are noticed and logged without requests. */
  watch(signal: AbortSignal, intervalMs?: number): Promise<void>;
}

const WATCH_MS = 5000;

/** Makes a monitor; no I/O. */
export function createMonitor(options: MonitorOptions): Monitor {
  const { clock = Date.now, deadlineMs = 1500, log } = options;
  const watchingSince = clock();
  const noteDrops = createDropHistory();
  const noteLosses = createLossWatch();
  let trend: DropTrend = { isHappening: false, lastMinute: 0 };
  const away = (condition: string) => (error: unknown) => void log.warn(condition, { err: error }, 'source away');
  const readRedis = createSourceReader({ read: options.readRedis, clock, deadlineMs, onAway: away('redis') });
  const readPostgres = createSourceReader({ read: options.readPostgres, clock, deadlineMs, onAway: away('postgres') });

  const assess = coalesce(async (): Promise<Assessment> => {
    const [redis, postgres] = await Promise.all([readRedis(), readPostgres()]);
    const view: FleetView = { at: clock(), redis, postgres };
    // A source that is away tells nothing new: noting its old number, or 0, would look like a change later.
    trend = redis.state === 'connected' ? noteDrops(view.at, redis.value.queue.stats['dropped'] ?? 0) : trend;
    const losses = noteLosses(view.at, valueNow(redis), valueNow(postgres)?.losses ?? null);
    const metrics = toFleetMetrics(view, options.limits, { drops: trend, losses });
    const findings = findingsOf({
      ...factsOf(view),
      watchingSince,
      losses,
      metrics,
      isDropping: trend.isHappening,
      maxFailedLength: options.limits.AUDIT_MAX_FAILED_LENGTH,
      largeBatchSize: options.limits.AUDIT_BATCH_LARGE,
    });
    logFindings(log, findings);
    return { view, services: toServices(view), answer: toAnswer(metrics, findings) };
  });

  return {
    assess,
    async watch(signal, intervalMs = WATCH_MS) {
      while (!signal.aborted) {
        await assess();
        await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    },
  };
}

function toAnswer(metrics: AuditMetrics['metrics'], findings: readonly Finding[]): AuditMetrics {
  return {
    health: { status: toHealthStatus(findings), issues: findings.map((finding) => finding.message) },
    metrics,
    recommendations: [...toRecommendations(findings)],
  };
}

/** What rules look at in a view: of a source that is away, nothing. */
function factsOf({ at, redis, postgres }: FleetView) {
  return {
    at,
    isRedisConnected: redis.state === 'connected',
    isPostgresConnected: postgres.state === 'connected',
    redisFaults: redis.state === 'connected' ? redis.value.faults : [],
    maintenance: postgres.state === 'connected' ? postgres.value.maintenance : [],
    massPoison: redis.state === 'connected' ? suspicionsOf(redis.value.beats, at) : [],
  };
}

function toServices(view: FleetView): ServiceStates {
  const { redis, postgres } = view;
  const workers = redis.state === 'connected' ? runningWorkers(redis.value.beats, view.at).length : null;
  const stateOfWorkers = workers === null ? 'unknown' : workers > 0 ? 'running' : 'stopped';
  return { redis: redis.state, audit_worker: stateOfWorkers, postgres: postgres.state };
}

function suspicionsOf(beats: readonly WorkerBeat[], now: number): NonNullable<WorkerBeat['mass_poison']>[] {
  return runningWorkers(beats, now).flatMap((beat) => beat.mass_poison ?? []);
}

function logFindings(log: RateLimitedLog, findings: readonly Finding[]): void {
  for (const { condition, severity, message, action } of findings) {
    if (severity === 'critical') {
      log.error(condition, { condition, action }, `CRITICAL: ${message}`);
    } else {
      log.warn(condition, { condition, action }, `WARNING: ${message}`);
    }
  }
}
