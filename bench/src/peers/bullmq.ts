/**
 * BullMQ 6.7, with one event a job and with many events a job.
 *
 * Its documented settings: IO-bound jobs run concurrently in each process, 50 in the example
 * (https://docs.bullmq.io/guide/workers/concurrency); `removeOnComplete` (https://docs.bullmq.io/guide/queues/auto-removal-of-jobs);
 * backlogs by `addBulk` (https://docs.bullmq.io/guide/queues/adding-bulks); `maxRetriesPerRequest: null` for workers and
 * `noeviction` (https://docs.bullmq.io/guide/going-to-production). Everything else is left at its default.
 *
 * Many events a job is what a careful user builds when one event a job is too slow. It is not quite the same: the
 * application has the events in its own memory until a job is full, or `COLLECT_MS` old, and loses them when it dies.
 */
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { insertMany, toInsert } from './insert-rows.ts';
import type { Caller, OnStored, Peer, PeerWorker, Servers } from './peer.ts';
import { sampleRow, sampleRows, type PeerRow } from './sample-row.ts';

const QUEUE = 'bench-events';
const JOB = 'store';
const BULK_EVENTS = 1_000;
const COLLECT_MS = 1_000;

/** How the events are cut into jobs. */
export interface BullmqSettings {
  readonly eventsPerJob: number;
  /** Jobs in progress in one worker process; its pool of connections is as large. */
  readonly concurrency: number;
}

type Rows = readonly PeerRow[];

function openQueue(servers: Servers): Queue<Rows> & AsyncDisposable {
  const connection = new Redis(servers.redisUrl);
  const queue = new Queue<Rows>(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
  const close = async (): Promise<void> => {
    await queue.close();
    await connection.quit();
  };
  return Object.assign(queue, { [Symbol.asyncDispose]: close });
}

async function fill(servers: Servers, events: number, eventsPerJob: number): Promise<void> {
  await using queue = openQueue(servers);
  for (let at = 0; at < events; at += BULK_EVENTS) {
    const rows = sampleRows(at, Math.min(BULK_EVENTS, events - at));
    const jobs: { readonly name: string; readonly data: Rows }[] = [];
    for (let from = 0; from < rows.length; from += eventsPerJob) {
      jobs.push({ name: JOB, data: rows.slice(from, from + eventsPerJob) });
    }
    await queue.addBulk(jobs);
  }
}

/** One job for each call. */
function openCaller(servers: Servers): Promise<Caller> {
  const queue = openQueue(servers);
  return Promise.resolve({
    call: (number) => queue.add(JOB, [sampleRow(number)]),
    whenStored: null,
    close: async () => queue[Symbol.asyncDispose](),
  });
}

/** Collects the events of many calls; a call is acknowledged with the job that holds its event. */
function openCollectingCaller(servers: Servers, eventsPerJob: number): Promise<Caller> {
  const queue = openQueue(servers);
  let collected: PeerRow[] = [];
  let full = Promise.withResolvers<unknown>();
  let timer: NodeJS.Timeout | undefined;
  const addJob = (): void => {
    clearTimeout(timer);
    full.resolve(queue.add(JOB, collected));
    full = Promise.withResolvers();
    collected = [];
  };
  const call = (number: number): Promise<unknown> => {
    const { promise } = full;
    collected.push(sampleRow(number));
    if (collected.length === 1) timer = setTimeout(addJob, COLLECT_MS);
    if (collected.length === eventsPerJob) addJob();
    return promise;
  };
  return Promise.resolve({ call, whenStored: null, close: async () => queue[Symbol.asyncDispose]() });
}

async function openWorker(servers: Servers, onStored: OnStored, settings: BullmqSettings): Promise<PeerWorker> {
  const pool = new pg.Pool({ connectionString: servers.postgresUrl, max: settings.concurrency });
  const connection = new Redis(servers.redisUrl, { maxRetriesPerRequest: null });
  const store = async ({ data }: Job<Rows>): Promise<void> => {
    const [first] = data;
    if (settings.eventsPerJob > 1) onStored(await insertMany(pool, data));
    else if (first !== undefined) onStored((await pool.query(toInsert(first))).rowCount ?? 0);
  };
  const worker = new Worker<Rows>(QUEUE, store, { connection, concurrency: settings.concurrency, autorun: false });
  worker.on('failed', (_job, error) => process.stderr.write(`a job failed: ${error.message}\n`));
  worker.on('error', (error) => process.stderr.write(`the worker failed: ${error.message}\n`));
  await worker.waitUntilReady();
  let running: Promise<void> = Promise.resolve();
  return {
    begin: () => {
      running = worker.run();
      return Promise.resolve();
    },
    close: async () => {
      await worker.close();
      await running;
      await connection.quit();
      await pool.end();
    },
  };
}

/** BullMQ with so many events a job. */
export function createBullmq(settings: BullmqSettings): Peer {
  const { eventsPerJob } = settings;
  return {
    fill: (servers, events) => fill(servers, events, eventsPerJob),
    openCaller: (servers) => (eventsPerJob === 1 ? openCaller(servers) : openCollectingCaller(servers, eventsPerJob)),
    openWorker: (servers, onStored) => openWorker(servers, onStored, settings),
  };
}
