import pg from 'pg';
import type { Scenario } from '../../scenario.ts';
import { childrenOf, waitFor } from '@auditlane/testkit/harness';
import type { World } from '../../world/world.ts';
import { forMs, lockTable, underLoad, waitForBacklog } from '../during.ts';

const RIGHTS = '-c default_transaction_read_only=off';

/** Runs statements as the administrator, on a connection of its own. */
async function sql(world: World, ...texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: world.postgresServer.url, options: RIGHTS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
  } finally {
    await client.end();
  }
}

/** Changes the table in one transaction; where its locks cross those of a worker, again. */
async function change(world: World, ...texts: readonly string[]): Promise<void> {
  const whole = ['begin', 'lock table audit_logs in access exclusive mode', ...texts, 'commit'];
  await waitFor(() => sql(world, ...whole).then(() => true), { deadlineMs: 30_000, message: 'the table is changed' });
}

/** Breaks Postgres under load until events have piled up, then mends it. */
async function breakUntilBacklog(
  world: World,
  o: { readonly begin: () => Promise<void>; readonly end: () => Promise<void> },
): Promise<void> {
  await underLoad(world, { rate: 300 }, async () => {
    await o.begin();
    await waitForBacklog(world, 250);
    world.happened('events waited', 250);
    await o.end();
  });
}

/** Ends the workers' connections and takes them all, until no worker has got one back in between. */
async function takeAllConnections(world: World): Promise<readonly pg.Client[]> {
  const held: pg.Client[] = [];
  await sql(world, END_WORKERS);
  for (let ended = 1; ended > 0;) {
    held.push(...(await occupy(world)));
    const answer = await held[0]?.query(END_WORKERS);
    ended = answer?.rowCount ?? 0;
  }
  return held;
}

const END_WORKERS = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'audit-worker'`;

/** Takes every connection that is left. */
async function occupy(world: World): Promise<readonly pg.Client[]> {
  const held: pg.Client[] = [];
  for (let count = 0; count < 40; count += 1) {
    const client = new pg.Client({ connectionString: world.postgresServer.url });
    client.on('error', () => undefined);
    const isIn = await client.connect().then(
      () => true,
      () => false,
    );
    if (isIn) held.push(client);
  }
  return held;
}

/** Both slots of a worker together store 200 rows a second then, fewer than are logged. */
const SLOW = [
  `create function chaos_slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.01); return new; end $$`,
  `create trigger chaos_slow before insert on audit_logs for each row execute function chaos_slow()`,
] as const;

export const REFUSALS: readonly Scenario[] = [
  {
    id: 'P1',
    title: 'a backend is killed with -9: crash recovery of the whole cluster',
    promise: 'errors without SQLSTATE are an outage; no dead letter',
    async run(world) {
      let kills = 0;
      await underLoad(world, { rate: 400, critical: 0.02 }, async () => {
        for (let round = 0; round < 3; round += 1) {
          const backends = await waitFor(
            async () =>
              (
                await world.pool.query<{ pid: number }>(
                  `select pid from pg_stat_activity where application_name = 'audit-worker'`,
                )
              ).rows,
            { deadlineMs: 30_000 },
          );
          const pid = backends[0]?.pid;
          if (pid !== undefined && childrenOf(world.postgresServer.pid()).includes(pid))
            kills += Number(process.kill(pid, 'SIGKILL'));
          await forMs(1000);
        }
      });
      world.happened('backends killed', kills);
    },
  },
  {
    id: 'P3',
    title: 'Postgres away for 3 s, then starting up',
    promise: 'batches wait with backoff; no dead letter',
    async run(world) {
      await breakUntilBacklog(world, {
        begin: () => world.postgresServer.kill(),
        end: async () => {
          await forMs(3000);
          await waitFor(() => world.postgresServer.restart().then(() => true), { deadlineMs: 60_000 });
        },
      });
    },
  },
  {
    id: 'P4',
    title: 'Postgres is read-only, as after a failover',
    promise: 'batches wait; no dead letter',
    run: (world) =>
      breakUntilBacklog(world, {
        begin: () => sql(world, 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()'),
        end: () => sql(world, 'alter system reset default_transaction_read_only', 'select pg_reload_conf()'),
      }),
  },
  {
    id: 'P7',
    title: 'a migration holds the table locked for 6 s',
    promise: 'leases are renewed while it lasts',
    async run(world) {
      await underLoad(world, { rate: 300 }, async () => {
        const unlock = await lockTable(world);
        await forMs(6000);
        await unlock();
      });
      world.happened('no claim was adopted', (await world.stat('adopted')) === 0 ? 1 : 0);
    },
  },
  {
    id: 'P8',
    title: 'inserts become a hundred times slower',
    promise: 'batches shrink, the backlog grows, nothing else',
    async run(world) {
      await breakUntilBacklog(world, {
        begin: () => change(world, ...SLOW),
        end: () => change(world, 'drop trigger chaos_slow on audit_logs', 'drop function chaos_slow'),
      });
    },
  },
  {
    id: 'P9',
    title: 'two workers store batches with the same events',
    promise: 'one order of locks: no deadlock, no second row',
    world: { workers: 2 },
    async run(world) {
      const unlock = await lockTable(world);
      await world.producer.log(400);
      for (let copy = 0; copy < 2; copy += 1) await world.links.client.replayLast('chaos.happened');
      await unlock();
      await waitFor(async () => (await world.stat('duplicates')) > 0, { deadlineMs: 30_000 });
      const { rows } = await world.pool.query<{ deadlocks: number }>(
        `select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()`,
      );
      world.happened('no deadlock', rows[0]?.deadlocks === 0 ? 1 : 0);
      world.happened('copies absorbed', await world.stat('duplicates'));
    },
  },
  {
    id: 'P10',
    title: 'no connection is left in Postgres',
    promise: 'batches wait; no dead letter',
    world: { postgresSettings: { max_connections: '24' } },
    async run(world) {
      let held: readonly pg.Client[] = [];
      await breakUntilBacklog(world, {
        begin: async () => {
          held = await takeAllConnections(world);
        },
        end: async () => void (await Promise.all(held.map((client) => client.end()))),
      });
      world.happened('connections taken', held.length, 5);
    },
  },
  {
    id: 'P11',
    title: 'no partition is prepared for the time of the events',
    promise: 'they go to the DEFAULT partition; they are not poison',
    async run(world) {
      const ahead = await world.startProducer({ env: { CHAOS_SKEW_MS: String(400 * 86_400_000) } });
      await ahead.log(100);
      await waitFor(async () => (await countDefault(world)) >= 100, { deadlineMs: 30_000 });
      world.happened('rows in DEFAULT', await countDefault(world), 100);
    },
  },
  {
    id: 'P12',
    title: 'a column is missing, as when code comes before its migration',
    promise: 'a fault of deployment: batches wait, no dead letter',
    run: (world) =>
      breakUntilBacklog(world, {
        begin: () => change(world, 'alter table audit_logs rename column user_agent to chaos_agent'),
        end: () => change(world, 'alter table audit_logs rename column chaos_agent to user_agent'),
      }),
  },
  {
    id: 'P14',
    title: 'statements are cancelled (57014), again and again',
    promise: 'repeated in smaller pieces; no dead letter',
    async run(world) {
      let cancelled = 0;
      await underLoad(world, { rate: 300 }, async () => {
        for (let round = 0; round < 60; round += 1) {
          const { rowCount } = await world.pool.query(
            `select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'audit-worker' and state = 'active'`,
          );
          cancelled += rowCount ?? 0;
          await forMs(25);
        }
        if (cancelled > 0) return;
        // On an idle machine each statement is over before it can be found: one that waits for a lock cannot hide.
        const unlock = await lockTable(world);
        await forMs(500);
        const found = await world.pool.query(
          `select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'audit-worker' and state = 'active'`,
        );
        cancelled += found.rowCount ?? 0;
        await unlock();
      });
      world.happened('statements cancelled', cancelled);
    },
  },
  {
    id: 'P17',
    title: 'the primary key is gone',
    promise: 'a worker that starts stores nothing until it is back',
    world: { workers: 0 },
    async run(world) {
      await sql(world, 'alter table audit_logs drop constraint audit_logs_pkey');
      const worker = await world.startWorker({ isReady: false });
      await world.producer.log(100);
      await worker.waitForLine(/primary_key_missing|no primary key/, 60_000);
      world.happened('nothing stored without it', (await world.stat('stored')) === 0 ? 1 : 0);
      await sql(world, 'alter table audit_logs add primary key (id)');
    },
  },
];

async function countDefault(world: World): Promise<number> {
  return (await world.pool.query('select from audit_logs_default')).rowCount ?? 0;
}
