/**
 * One run's servers, links, producers and workers:
 *
 *     producers ─ links.client ─▶ Redis ◀─ links.worker ─ workers ─ links.store ─▶ Postgres ◀─ links.critical ─ producers
 *
 * Everything is real and private; whatever a scenario starts here ends with the run.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createQueue, toQueueKeys, type Queue, type QueueKeys } from '@auditlane/queue';
import {
  makeRunDir,
  openFaultProxy,
  spawnProcess,
  startTestRedis,
  waitFor,
  type FaultProxy,
  type Happened,
  type Random,
  type SpawnedProcess,
  type TestServer,
} from '@auditlane/testkit/harness';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Profile, WorldOptions } from '../scenario.ts';
import { createAdminPool, startDatabase } from './database.ts';
import { startProducer, type Producer } from './producers.ts';
import { isRunning, startWorkerProcess, type Preload } from './workers.ts';

export interface Links {
  /** Clients to Redis. */
  readonly client: FaultProxy;
  /** Workers to Redis. */
  readonly worker: FaultProxy;
  /** Workers to Postgres. */
  readonly store: FaultProxy;
  /** Clients to Postgres. */
  readonly critical: FaultProxy;
  /** The runner to Redis: no fault, but it follows a failover. */
  readonly admin: FaultProxy;
}

export interface World extends AsyncDisposable {
  readonly profile: Profile;
  readonly random: Random;
  readonly redisServer: TestServer;
  readonly postgresServer: TestServer;
  readonly links: Links;
  /** The runner's own connections, which take no link. */
  readonly redis: Redis;
  readonly pool: Pool;
  readonly keys: QueueKeys;
  readonly queue: Queue;
  readonly spoolDir: string;
  readonly journalDir: string;
  readonly producers: readonly Producer[];
  readonly workers: readonly SpawnedProcess[];
  /** The first producer. */
  readonly producer: Producer;
  startProducer(o?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly nodeArgs?: readonly string[];
  }): Promise<Producer>;
  /** Starts a worker; `isReady: false` does not wait until it works, for one that is to die before. */
  startWorker(o?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly preloads?: readonly Preload[];
    readonly nodeArgs?: readonly string[];
    readonly isReady?: boolean;
  }): Promise<SpawnedProcess>;
  /** Starts the product's maintenance, once: it judges what is missing. */
  startMaintenance(): Promise<void>;
  /** Ends something with the run, such as a second server. */
  keep(thing: AsyncDisposable): void;
  /** A counter of the queue: `stored`, `duplicates`, `adopted`, `fenced` and so on. Waits while Redis is away. */
  stat(name: string): Promise<number>;
  /** Says that a fault took effect so many times, of which the run needs at least `least` (default 1). */
  happened(name: string, count: number, least?: number): void;
  readonly happenings: readonly Happened[];
}

const KEYS = toQueueKeys('audit:queue');
const READY_MS = 60_000;
const MAINTENANCE = resolve(import.meta.dirname, '../../../apps/maintenance/src/main.ts');

interface Opened {
  readonly profile: Profile;
  readonly random: Random;
  readonly options: WorldOptions;
  readonly dir: string;
  readonly stack: AsyncDisposableStack;
  readonly redisServer: TestServer;
  readonly postgresServer: TestServer;
  readonly links: Links;
}

async function openServers(o: Pick<Opened, 'profile' | 'random' | 'options'>): Promise<Opened> {
  await using stack = new AsyncDisposableStack();
  const dir = makeRunDir();
  stack.defer(() => dir.remove());
  const [redisServer, postgresServer] = await Promise.all([
    startTestRedis({ appendfsync: 'always', ...(o.options.redisSettings && { settings: o.options.redisSettings }) }),
    startDatabase(o.options.postgresSettings),
  ]);
  stack.use(redisServer);
  stack.use(postgresServer);
  const open = async (url: string, remember: readonly string[] = []): Promise<FaultProxy> =>
    stack.use(await openFaultProxy(url, { remember }));
  const links = {
    client: await open(redisServer.url, ['chaos.happened']),
    worker: await open(redisServer.url),
    store: await open(postgresServer.url),
    critical: await open(postgresServer.url),
    admin: await open(redisServer.url),
  };
  return { ...o, dir: dir.path, stack: stack.move(), redisServer, postgresServer, links };
}

type Fleet = Pick<World, 'producers' | 'workers' | 'startProducer' | 'startWorker' | 'startMaintenance'>;

function toClientEnv({ links, options, dir, profile }: Opened): Readonly<Record<string, string>> {
  return {
    REDIS_URL: links.client.url,
    DATABASE_URL: links.critical.url,
    AUDIT_SPOOL_DIR: join(dir, 'spool'),
    AUDIT_GUARANTEE: profile,
    CHAOS_OPTIONS: JSON.stringify(options.client ?? {}),
    ...options.clientEnv,
  };
}

function createFleet(opened: Opened): Fleet {
  const { links, options, random, dir, stack } = opened;
  const producers: Producer[] = [];
  const workers: SpawnedProcess[] = [];
  const journalDir = join(dir, 'journals');
  mkdirSync(journalDir);
  let started = 0;
  let maintenance: SpawnedProcess | undefined;
  return {
    producers,
    workers,
    async startProducer({ env = {}, nodeArgs = [] } = {}) {
      // Counted before the start: two may be started at once.
      started += 1;
      const name = `p${started}`;
      const seed = random.fork(name).integer(1, 1_000_000_000);
      const all = { ...toClientEnv(opened), ...env };
      const producer = await startProducer({ name, journalDir, seed, nodeArgs, env: all });
      stack.defer(() => producer.process.kill().then(() => undefined));
      producers.push(producer);
      return producer;
    },
    async startWorker({ env = {}, isReady = true, ...o } = {}) {
      const urls = { REDIS_URL: links.worker.url, DATABASE_URL: links.store.url };
      const worker = startWorkerProcess({ ...urls, ...options.workerEnv, ...env }, o);
      stack.defer(() => worker.kill().then(() => undefined));
      workers.push(worker);
      if (isReady) await worker.waitForLine('worker ready', READY_MS);
      return worker;
    },
    async startMaintenance() {
      if (maintenance !== undefined) return;
      const env = { REDIS_URL: links.worker.url, DATABASE_URL: links.store.url };
      const begun = spawnProcess(MAINTENANCE, { env });
      maintenance = begun;
      stack.defer(() => begun.kill().then(() => undefined));
      await begun.waitForLine('maintenance ready', READY_MS);
    },
  };
}

interface Views {
  readonly redis: Redis;
  readonly pool: Pool;
}

/** The runner's own connections, closed before the servers. */
function openViews({ links, postgresServer, stack }: Opened): Views {
  const redis = new Redis(links.admin.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  stack.defer(() => redis.disconnect());
  const pool = createAdminPool(postgresServer.url);
  stack.defer(() => pool.end());
  return { redis, pool };
}

function toWorld(opened: Opened, views: Views): World {
  const { profile, random, redisServer, postgresServer, links, dir, stack } = opened;
  const queue = createQueue(views.redis, KEYS);
  const happenings: Happened[] = [];
  const fleet = createFleet(opened);
  return {
    ...fleet,
    ...views,
    get producer() {
      const first = fleet.producers[0];
      if (first === undefined) throw new Error('this world has no producer');
      return first;
    },
    profile,
    random,
    redisServer,
    postgresServer,
    links,
    keys: KEYS,
    queue,
    spoolDir: join(dir, 'spool'),
    journalDir: join(dir, 'journals'),
    happenings,
    happened: (name, count, least = 1) => void happenings.push({ name, count, least }),
    keep: (thing) => void stack.use(thing),
    stat: async (name) =>
      (await waitFor(() => queue.inspect(), { deadlineMs: READY_MS, everyMs: 20 })).stats[name] ?? 0,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Opens a world: about 1 s, and half a second for each process. */
export async function openWorld(o: Pick<Opened, 'profile' | 'random' | 'options'>): Promise<World> {
  const opened = await openServers(o);
  try {
    const world = toWorld(opened, openViews(opened));
    for (let count = 0; count < (o.options.workers ?? 1); count += 1) await world.startWorker();
    for (let count = 0; count < (o.options.producers ?? 1); count += 1) await world.startProducer();
    return world;
  } catch (error) {
    await opened.stack.disposeAsync();
    throw error;
  }
}

/** The workers that have not ended. */
export function livingWorkers(world: Pick<World, 'workers'>): readonly SpawnedProcess[] {
  return world.workers.filter(isRunning);
}
