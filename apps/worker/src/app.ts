/**
 * The composition root of the worker: the only place that wires. What is opened goes on the process's stack and is
 * closed in reverse order: the slots drain first, then the last beat says `stopped`, then the connections end.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { connectRedis, createQueue, openWakeListener, toQueueKeys } from '@auditlane/queue';
import type { CheckRedisOptions, Claim, Queue, QueueKeys } from '@auditlane/queue';
import { createRateLimitedLog, sleep, toBatchSize, toPublicSettings, toRedisUrl } from '@auditlane/runtime';
import type { Logger, ProcessContext, RateLimitedLog } from '@auditlane/runtime';
import { createStore, keepLostDeadLetters, keepNotingSettings, storeIsolating } from '@auditlane/store';
import type { KeptDeadLetter } from '@auditlane/store';
import { claimLimit, toMeanBytes } from './batching/claim-limit.ts';
import { createEffectiveDepth } from './batching/effective-depth.ts';
import type { EffectiveDepth } from './batching/effective-depth.ts';
import { openBeats } from './beats/open-beats.ts';
import type { Tally } from './beats/tally.ts';
import { awaitRedis } from './checks/await-redis.ts';
import type { Redis } from './checks/await-redis.ts';
import { probeCatalog } from './checks/probe-catalog.ts';
import { runSelfChecks } from './checks/self-checks.ts';
import { createWorkerPool, endPool } from './checks/worker-pool.ts';
import type { Pool } from './checks/worker-pool.ts';
import { createAdoptionSweep } from './claims/adoption-sweep.ts';
import { createDrainSignals } from './claims/drain-signals.ts';
import type { DrainSignals } from './claims/drain-signals.ts';
import { createHeldClaims } from './claims/held-claims.ts';
import type { HeldClaims } from './claims/held-claims.ts';
import { createLaneTurns } from './claims/lane-turns.ts';
import { restoreHeld } from './claims/restore-held.ts';
import { runSlot } from './claims/run-slot.ts';
import { createWakeUp } from './claims/wake-up.ts';
import { workClaim } from './claims/work-claim.ts';
import type { TakenClaim } from './claims/work-claim.ts';
import type { WorkerEnv } from './env.ts';
import { Breaker } from './outages/breaker.ts';
import { MassPoison } from './outages/mass-poison.ts';
import { createBatchWriter } from './storing/batch-writer.ts';
import type { BatchWriter } from './storing/batch-writer.ts';
import { crashOnceSent, createCrashPoint } from './storing/crash-point.ts';
import { createProbe } from './storing/probe-entries.ts';
import { logSuspicion } from './outages/log-suspicion.ts';

const SLOTS = 2;
/** How long an idle slot sleeps when no notification comes. */
const POLL_MS = 1000;

/** Time and chance, as every part takes them. */
const TIMING = { sleep, random: Math.random, clockMs: () => performance.now(), now: Date.now } as const;

/** What the parts below share. */
interface Ground {
  readonly env: WorkerEnv;
  readonly logger: Logger;
  readonly log: RateLimitedLog;
  readonly stack: AsyncDisposableStack;
  readonly worker: string;
  readonly keys: QueueKeys;
  readonly redis: Redis;
  readonly queue: Queue;
  readonly pool: Pool;
  readonly drain: DrainSignals;
  readonly leaseMs: number;
  readonly depth: EffectiveDepth;
  /** Mean size of the entries of the latest claim; 0 when there were none. */
  readonly latest: { entryBytes: number };
}

/** What the slots share besides. */
interface SlotGround {
  readonly breaker: Breaker;
  readonly massPoison: MassPoison;
  readonly tally: Tally;
  readonly batchSize: () => number;
}

/**
 * Opens a worker and resolves when it can store: Redis answers and is fit for a queue, and the schema in Postgres is
 * the one it knows. Until then it waits and says why. Throws a ConfigError when Redis would lose accepted events.
 */
export async function openWorker(context: ProcessContext<WorkerEnv>): Promise<void> {
  const { env, signal, stack } = context;
  const ground = openGround(context);
  const breaker = createBreaker(ground);
  const massPoison = openMassPoison(ground);
  const batchSize = (): number => toBatchSize(ground.depth.current(), env);
  const isPostgresAway = (): boolean => breaker.isOpen;
  const { tally, heartbeat } = openBeats({
    ...ground,
    slots: SLOTS,
    batchSize,
    isPostgresAway,
    suspicion: () => massPoison.suspicion,
    hasMetrics: env.ENABLE_METRICS,
  });
  stack.use(breaker);
  signal.addEventListener('abort', () => {
    heartbeat.drain();
    ground.drain.begin();
  });

  const caps = { capacity: env.AUDIT_MAX_QUEUE_LENGTH, urgentCapacity: env.AUDIT_MAX_URGENT_LENGTH };
  await awaitRedis({ ...ground, ...TIMING, caps }, signal);
  heartbeat.start();
  await breaker.start();
  await breaker.closed(signal);
  if (signal.aborted) return;
  await restoreHeld(ground);
  openSlots(ground, { breaker, massPoison, tally, batchSize });
  openSelfChecks(ground, { caps, signal, breaker });
  void keepNotingSettings(ground.pool, {
    process: 'audit-worker',
    settings: toPublicSettings(env),
    signal,
    onError: (error) => void ground.log.warn('note_settings', { err: error }, 'settings could not be noted yet'),
  });
  ground.logger.info({ lease_ms: ground.leaseMs, slots: SLOTS }, 'worker ready');
}

function openGround({ env, logger: parent, stack }: ProcessContext<WorkerEnv>): Ground {
  const worker = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const logger = parent.child({ worker });
  const log = createRateLimitedLog(logger);
  const keys = toQueueKeys(env.AUDIT_QUEUE_KEY);
  const redis = openRedis({ env, log, stack }, 'audit-worker');
  const pool = createWorkerPool(env, 'audit-worker');
  stack.defer(() => endPool(pool));
  return {
    env,
    logger,
    log,
    stack,
    worker,
    keys,
    redis,
    pool,
    queue: createQueue(redis, keys),
    drain: createDrainSignals(),
    leaseMs: env.AUDIT_LEASE_MS,
    depth: createEffectiveDepth(env.AUDIT_BATCH_SMALL),
    latest: { entryBytes: 0 },
  };
}

function openRedis({ env, log, stack }: Pick<Ground, 'env' | 'log' | 'stack'>, name: string): Redis {
  const redis = connectRedis(toRedisUrl(env), {
    name,
    onError: (error) => log.warn(`${name}:${error.code}`, { err: error, connection: name }, 'redis connection failed'),
  });
  stack.defer(() => redis.disconnect());
  return redis;
}

function createBreaker({ pool, log, logger }: Ground): Breaker {
  return new Breaker({
    ...TIMING,
    probe: () => probeCatalog(pool),
    onChange: (state, reason) => {
      if (state === 'closed') logger.info('postgres takes batches');
      else if (reason !== null) log.error(`breaker:${state}`, { err: reason }, 'postgres takes no batches, waiting');
    },
  });
}

/** An operator who has looked says with SIGUSR2 that what Postgres refuses is poison (`pm2 sendSignal SIGUSR2`). */
function openMassPoison({ logger, stack }: Pick<Ground, 'logger' | 'stack'>): MassPoison {
  const massPoison = new MassPoison({
    ...TIMING,
    onChange: (change, suspicion) => logSuspicion(logger, change, suspicion),
  });
  const believe = (): void => massPoison.believe();
  process.on('SIGUSR2', believe);
  stack.defer(() => void process.off('SIGUSR2', believe));
  return massPoison;
}

function openSlots(ground: Ground, shared: SlotGround): void {
  const { env, stack, depth, latest, drain } = ground;
  const wakeUp = createWakeUp(sleep);
  const writer = createWriter(ground, shared);
  const heldClaims = createHeldClaims({ ...ground, onFenced: () => shared.tally.fenced() });
  const sweep = createAdoptionSweep({
    ...ground,
    heldClaims,
    ...TIMING,
    onFound: () => wakeUp.notify(),
    onError: (error) => shared.tally.redisFailed('expired', error),
  });
  const slot = {
    ...ground,
    ...shared,
    ...TIMING,
    heldClaims,
    sweep,
    wakeUp,
    work: createWork(ground, { ...shared, writer, heldClaims }),
    nextLane: createLaneTurns(),
    claimLimit: () => claimLimit({ ...latest, batchSize: shared.batchSize(), ceiling: writer.ceiling() }),
    onClaim: (claim: Claim | null) => {
      depth.claimed(claim === null ? null : { taken: claim.entries.length, left: claim.depth });
      latest.entryBytes = toMeanBytes(claim?.entries ?? []);
    },
    lingerMs: env.AUDIT_LINGER_MS,
    pollMs: POLL_MS,
  };
  const waker = openRedis(ground, 'audit-worker-wake');
  stack.use(openWakeListener(waker, ground.keys, () => wakeUp.notify()));
  const running = [...Array.from({ length: SLOTS }, () => runSlot(slot)), sweep.run(drain.stop)];
  stack.defer(async () => {
    await Promise.all(running);
    drain.end();
  });
}

function createWriter({ pool, worker, env }: Ground, { breaker, tally }: SlotGround): BatchWriter {
  const store = createStore(pool, { writer: worker });
  return createBatchWriter({
    ...TIMING,
    store: crashOnceSent(pool, env, (rows, o) => storeIsolating(store, rows, o)),
    breaker,
    maxRows: env.AUDIT_BATCH_LARGE,
    onStatements: (count) => tally.statements(count),
    onFailedAttempt: (error) => tally.attemptFailed(error),
  });
}

function createWork(
  ground: Ground,
  shared: SlotGround & { readonly writer: BatchWriter; readonly heldClaims: HeldClaims },
): (taken: TakenClaim) => Promise<void> {
  const crashPoint = createCrashPoint(ground.env);
  const keepLetters = (letters: readonly KeptDeadLetter[]): Promise<number> =>
    keepLostDeadLetters(ground.pool, letters);
  const parts = { ...ground, ...shared, ...TIMING, crashPoint, keepLetters, probe: createProbe(), spareLines: [] };
  return (taken) => workClaim(parts, taken);
}

function openSelfChecks(
  ground: Ground,
  o: { readonly caps: CheckRedisOptions; readonly signal: AbortSignal; readonly breaker: Breaker },
): void {
  const checkSchema = async (): Promise<void> => {
    try {
      await probeCatalog(ground.pool);
    } catch (error) {
      // Without its primary key the table would take a redelivered event twice: nothing is stored until it is back.
      o.breaker.trip(error);
      throw error;
    }
  };
  const maxFailed = ground.env.AUDIT_MAX_FAILED_LENGTH;
  void runSelfChecks({ ...ground, caps: o.caps, sleep, maxFailed, probeCatalog: checkSchema }, o.signal);
}
