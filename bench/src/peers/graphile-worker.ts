/**
 * graphile-worker 0.18 with one event a job: a queue inside the same Postgres.
 *
 * Its documented settings for throughput (https://worker.graphile.org/docs/performance): 24 jobs at once on a pool of 25
 * in each process, jobs fetched into a local queue (500) and completed in batches (delay 0). Backlogs by `addJobs`
 * (https://worker.graphile.org/docs/library/add-job), the caller by `addJob`. It logs two lines a job by default: silenced.
 * Its tables are new in each run and analyzed after the fill, so that no bloat of an earlier run is paid.
 */
import { Logger, makeWorkerUtils, run, runMigrations, type Runner } from 'graphile-worker';
import { connectPostgres } from '../servers/postgres-client.ts';
import { toInsert } from './insert-rows.ts';
import type { Caller, OnStored, Peer, PeerWorker, Servers } from './peer.ts';
import { sampleRow, sampleRows, type PeerRow } from './sample-row.ts';

const TASK = 'store';
const BULK_EVENTS = 1_000;
const CONCURRENT_JOBS = 24;
const LOCAL_QUEUE = 500;
const CALLER_CONNECTIONS = 10;

declare global {
  // eslint-disable-next-line typescript/no-namespace -- how the library takes the types of its tasks
  namespace GraphileWorker {
    interface Tasks {
      store: PeerRow;
    }
  }
}

const logger = new Logger(() => () => undefined);

async function makeAnew(postgresUrl: string): Promise<void> {
  await using client = await connectPostgres(postgresUrl);
  await client.query('drop schema if exists graphile_worker cascade');
  await runMigrations({ connectionString: postgresUrl, logger });
}

async function fill({ postgresUrl }: Servers, events: number): Promise<void> {
  await makeAnew(postgresUrl);
  const utils = await makeWorkerUtils({ connectionString: postgresUrl, logger });
  for (let at = 0; at < events; at += BULK_EVENTS) {
    const rows = sampleRows(at, Math.min(BULK_EVENTS, events - at));
    await utils.addJobs(rows.map((payload) => ({ identifier: TASK, payload })));
  }
  await utils.withPgClient((client) => client.query('vacuum (analyze) graphile_worker._private_jobs'));
  await utils.release();
}

async function openCaller({ postgresUrl }: Servers): Promise<Caller> {
  const utils = await makeWorkerUtils({ connectionString: postgresUrl, maxPoolSize: CALLER_CONNECTIONS, logger });
  return {
    call: (number) => utils.addJob(TASK, sampleRow(number)),
    whenStored: null,
    close: async () => utils.release(),
  };
}

function startRunner({ postgresUrl }: Servers, onStored: OnStored): Promise<Runner> {
  return run({
    connectionString: postgresUrl,
    logger,
    noHandleSignals: true,
    taskList: {
      store: async (payload, helpers) => {
        onStored(await helpers.withPgClient(async (client) => (await client.query(toInsert(payload))).rowCount ?? 0));
      },
    },
    preset: {
      worker: {
        concurrentJobs: CONCURRENT_JOBS,
        maxPoolSize: CONCURRENT_JOBS + 1,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
}

function openWorker(servers: Servers, onStored: OnStored): Promise<PeerWorker> {
  let runner: Runner | undefined;
  return Promise.resolve({
    begin: async () => {
      runner = await startRunner(servers, onStored);
      runner.events.on('job:error', ({ error }) => process.stderr.write(`a job failed: ${String(error)}\n`));
    },
    close: async () => runner?.stop(),
  });
}

/** graphile-worker with one event a job. */
export const graphileWorker: Peer = { fill, openCaller, openWorker };
