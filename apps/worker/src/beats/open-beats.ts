import { hostname } from 'node:os';
import type { Queue } from '@auditlane/queue';
import { createMetrics, sleep } from '@auditlane/runtime';
import type { Logger, Metrics, RateLimitedLog } from '@auditlane/runtime';
import packageJson from '../../package.json' with { type: 'json' };
import { createHeartbeat } from './heartbeat.ts';
import type { BeatBody, Heartbeat } from './heartbeat.ts';
import { openLoopLag } from './loop-lag.ts';
import type { LoopLag } from './loop-lag.ts';
import { createMinuteWindow, WINDOW_SECONDS } from './minute-window.ts';
import type { Suspicion } from '../outages/mass-poison.ts';
import { createTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export interface BeatsParts {
  readonly worker: string;
  readonly queue: Pick<Queue, 'beat' | 'beats' | 'forget'>;
  readonly slots: number;
  /** The batch size that the present depth calls for. */
  readonly batchSize: () => number;
  readonly isPostgresAway: () => boolean;
  /** What the worker suspects of Postgres; null while all is well. */
  readonly suspicion: () => Suspicion | null;
  /** False leaves the metrics out of the beats. */
  readonly hasMetrics: boolean;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  readonly stack: AsyncDisposableStack;
}

/** Opens what the fleet learns of this worker: its tally of batches, and the heartbeat that carries it. */
export function openBeats(parts: BeatsParts): { readonly tally: Tally; readonly heartbeat: Heartbeat } {
  const metrics = createMetrics();
  const window = createMinuteWindow(() => performance.now());
  const tally = createTally({ metrics: createWorkerMetrics(metrics), window, logger: parts.logger, log: parts.log });
  const loopLag = parts.stack.use(openLoopLag());
  const heartbeat = createHeartbeat({
    worker: parts.worker,
    queue: parts.queue,
    sleep,
    now: Date.now,
    onError: (error) => tally.redisFailed('beat', error),
    read: createBeatReader(parts, { metrics, tally, loopLag }),
  });
  parts.stack.use(heartbeat);
  return { tally, heartbeat };
}

function createBeatReader(
  parts: BeatsParts,
  own: { readonly metrics: Metrics; readonly tally: Tally; readonly loopLag: LoopLag },
): () => Promise<BeatBody> {
  const setGauges = createGauges(own.metrics);
  const startedAt = new Date().toISOString();
  return async () => {
    const rssBytes = process.memoryUsage.rss();
    const lagMs = own.loopLag.readMs();
    const isAway = parts.isPostgresAway();
    const suspicion = parts.suspicion();
    setGauges({ rssBytes, lagMs, isAway, isSuspected: suspicion !== null });
    return {
      worker: parts.worker,
      pid: process.pid,
      host: hostname(),
      started_at: startedAt,
      batch_size: parts.batchSize(),
      slots: parts.slots,
      window: { seconds: WINDOW_SECONDS, ...own.tally.window.read() },
      totals: own.tally.totals(),
      rss_bytes: rssBytes,
      loop_lag_ms: lagMs,
      postgres: isAway ? 'away' : 'connected',
      version: packageJson.version,
      ...(suspicion === null ? {} : { mass_poison: toMassPoison(suspicion) }),
      ...(parts.hasMetrics ? { metrics: [...(await own.metrics.toJson())] } : {}),
    };
  };
}

function toMassPoison({ sqlstate, since, refused }: Suspicion): NonNullable<BeatBody['mass_poison']> {
  return { sqlstate, since, refused };
}

interface GaugeValues {
  readonly rssBytes: number;
  readonly lagMs: number;
  readonly isAway: boolean;
  readonly isSuspected: boolean;
}

function createGauges(metrics: Metrics): (now: GaugeValues) => void {
  const lag = metrics.gauge({
    name: 'audit_event_loop_lag_seconds',
    help: 'Longest delay of the event loop since the last beat.',
  });
  const memory = metrics.gauge({ name: 'audit_resident_memory_bytes', help: 'Resident memory of the workers.' });
  const breaker = metrics.gauge({ name: 'audit_postgres_breaker_open', help: 'Workers that wait for Postgres.' });
  const suspected = metrics.gauge({
    name: 'audit_mass_poison_suspected',
    help: 'Workers that claim and park nothing, because Postgres refuses most of what it is given.',
  });
  return ({ rssBytes, lagMs, isAway, isSuspected }) => {
    suspected.set(isSuspected ? 1 : 0);
    lag.set(lagMs / 1000);
    memory.set(rssBytes);
    breaker.set(isAway ? 1 : 0);
  };
}
