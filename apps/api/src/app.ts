import type { RequestListener } from 'node:http';
import { createDeadLetters } from '@auditlane/dead-letters';
import { createQueue, toQueueKeys } from '@auditlane/queue';
import { ConfigError, createMetrics, createRateLimitedLog, toPublicSettings } from '@auditlane/runtime';
import type { Logger } from '@auditlane/runtime';
import { findApiKey, keepNotingSettings, readMaintenanceRuns, readThroughput, touchApiKey } from '@auditlane/store';
import type { Pool } from '@auditlane/store';
import { createIdentifyCaller } from './access/identify-caller.ts';
import type { IdentifyCaller } from './access/identify-caller.ts';
import { createKeyDirectory } from './access/key-directory.ts';
import { toLoopbackScopes } from './access/loopback-scopes.ts';
import { openPool, openRedis, withRedis } from './connections.ts';
import type { ConnectionContext, RedisConnection } from './connections.ts';
import type { ApiEnv } from './env.ts';
import { failedRoutes } from './failed/routes.ts';
import { createHttpApp } from './http/create-http-app.ts';
import type { Route } from './http/route.ts';
import { openEventSink } from './ingest/event-sink.ts';
import { createIdempotentIds } from './ingest/idempotent-ids.ts';
import { ingestRoutes } from './ingest/routes.ts';
import { readStoredLosses } from './monitoring/loss-facts.ts';
import { createMonitor } from './monitoring/monitor.ts';
import type { Monitor } from './monitoring/monitor.ts';
import { createRedisFacts } from './monitoring/redis-facts.ts';
import { monitoringRoutes } from './monitoring/routes.ts';
import { openApiRoute } from './openapi/routes.ts';

export interface AppContext {
  readonly env: ApiEnv;
  readonly logger: Logger;
  /** What is opened here is closed with it. */
  readonly stack: AsyncDisposableStack;
  /** Aborted when the process drains: readiness goes false. */
  readonly signal: AbortSignal;
}

export interface App {
  readonly listener: RequestListener;
  readonly monitor: Monitor;
  /** Notes what the process has started with, as soon as Postgres is there; never rejects. */
  noteSettings(): Promise<readonly string[]>;
}

const LEDGER_SECONDS = 60;

/**
 * Wires the API. Connects to nothing yet and needs nothing to be there: without Redis or Postgres it answers and says
 * what is missing. Throws ConfigError for a queue name that cannot be one.
 */
export function createApp({ env, logger, stack, signal }: AppContext): App {
  const context: ConnectionContext = { env, stack, log: createRateLimitedLog(logger) };
  const redis = openRedis(context);
  // Two pools: whoever sends a flood of wrong keys must not keep the monitor from Postgres.
  const pool = openPool(context, 'audit-api');
  const monitor = openMonitor(context, redis, pool);
  const sink = openEventSink(env, logger, stack);
  const deadLetters = createDeadLetters({
    queue: createQueue(redis, toKeys(env.AUDIT_QUEUE_KEY)),
    pool: openPool(context, 'audit-api-dead-letters'),
    record: (event) => sink.logCriticalAudit(event),
    capacity: env.AUDIT_MAX_QUEUE_LENGTH,
  });
  const metrics = createMetrics({ process: true });
  const routes: readonly Route[] = [
    ...monitoringRoutes({ monitor, metrics, isPrometheusOn: env.ENABLE_METRICS, isDraining: () => signal.aborted }),
    ...ingestRoutes({ sink, toIdempotentIds: idempotentIds(redis, env) }),
    ...failedRoutes(deadLetters),
  ];
  const identify = createIdentify(openPool(context, 'audit-api-keys'), context);
  const listener = createHttpApp({ routes: [...routes, openApiRoute(routes)], identify, logger });
  return { listener, monitor, noteSettings: () => noteSettings(context, pool, signal) };
}

function openMonitor({ env, log }: ConnectionContext, redis: RedisConnection, pool: Pool): Monitor {
  return createMonitor({
    readRedis: createRedisFacts({ redis, keys: toKeys(env.AUDIT_QUEUE_KEY), limits: env }),
    readPostgres: async () => {
      const [ledger, maintenance, losses] = await Promise.all([
        readThroughput(pool, LEDGER_SECONDS),
        readMaintenanceRuns(pool),
        readStoredLosses(pool),
      ]);
      return { ...ledger, maintenance, losses };
    },
    limits: env,
    log,
  });
}

function noteSettings({ env, log }: ConnectionContext, pool: Pool, signal: AbortSignal): Promise<readonly string[]> {
  return keepNotingSettings(pool, {
    process: 'audit-api',
    settings: toPublicSettings(env),
    signal,
    onError: (error) => void log.warn('note_settings', { err: error }, 'settings could not be noted yet'),
  });
}

function createIdentify(pool: Pool, { env, log }: ConnectionContext): IdentifyCaller {
  const findKey = createKeyDirectory({
    find: (hash) => findApiKey(pool, hash),
    touch: (id) => touchApiKey(pool, id),
    clock: Date.now,
    onAway: (error) => void log.warn('keys_away', { err: error }, 'api keys cannot be checked'),
  });
  return createIdentifyCaller({ findKey, loopbackScopes: toLoopbackScopes(env) });
}

function toKeys(queueKey: string) {
  try {
    return toQueueKeys(queueKey);
  } catch (error) {
    throw new ConfigError([{ name: 'AUDIT_QUEUE_KEY', problem: 'cannot name a queue' }], { cause: error });
  }
}

function idempotentIds(redis: RedisConnection, env: ApiEnv) {
  return createIdempotentIds({
    store: {
      get: (key) => withRedis(redis, () => redis.get(key)),
      setIfAbsent: (key, value, seconds) =>
        withRedis(redis, async () => {
          await (seconds === null ? redis.set(key, value, 'NX') : redis.set(key, value, 'EX', seconds, 'NX'));
        }),
    },
    // `audit:queue` gives `audit:http:`: beside the queue's keys and in the same slot.
    prefix: env.AUDIT_QUEUE_KEY.replace(/[^:]*$/, 'http:'),
    clock: Date.now,
  });
}
