/**
 * Stores the same number of events into tables of 1, 10 and 30 million rows, and asks each the questions of an audit log.
 * Once with partitions of the width that the product chooses at 500,000 rows a day, once with all rows in one partition.
 * Fair: every measurement drains the same number of events with two workers; the open partition is as full as it ever gets
 * in each; the smallest table is measured before and after the largest, and each round is compared with the mean of both, so
 * that a machine that changes is not a result.
 * The rows are made inside Postgres, in a database of their own; its server keeps the settings of `npm start`, so the
 * indexes of 30 million rows (199 bytes a row, 6 GB) are about 22 times its shared_buffers of 256 MiB.
 */
import { choosePartitionWidth, type Pool } from '@auditlane/store';
import { drainOnce } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog } from '../queue/backlog.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { toSeries } from '../report/to-series.ts';
import { askAll } from '../rows/audit-questions.ts';
import { assertDiskSpace } from '../rows/disk-space.ts';
import { DAYS_OF, openGrowingTable, openPool } from '../rows/growing-table.ts';
import { fillOnePartition } from '../rows/one-partition.ts';
import { openOwnDatabase } from '../rows/own-database.ts';
import { openGround } from '../servers/ground.ts';
import { connectPostgres } from '../servers/postgres-client.ts';
import { toVariants } from '../to-variants.ts';

const PART = 'scale-rows';
const SIZES = [1_000_000, 10_000_000, 30_000_000] as const;
const ROWS_A_DAY = 500_000;
const EVENTS = 300_000;
const LEAST_EVENTS = 5_000;
// About fifty rows of each in a full partition: a page has fifty, so it looks at one or two partitions at every size.
const USERS = 10_000;
const TIMES = 200;
const LEAST_TIMES = 20;
const WORKERS = 2;
const FLAT = 2;

const inPartitions = (rows: number): string => `${toCount(rows)} rows in partitions`;
const inOne = (rows: number): string => `${toCount(rows)} rows in one partition`;

interface Plan extends PartContext {
  readonly url: string;
  readonly sizes: readonly number[];
  readonly users: number;
  readonly collected: Collection;
}

/** One value of each measurement for the table as it is. */
async function measure(plan: Plan, pool: Pool, table: { readonly name: string; readonly rows: number }): Promise<void> {
  const { stack, collected, scale, directory } = plan;
  const events = Math.max(LEAST_EVENTS, Math.round(EVENTS * scale));
  const [least = 0] = plan.sizes;
  const isBase = table.name === inPartitions(least);
  const times = Math.max(LEAST_TIMES, Math.round(TIMES * Math.min(1, scale)));
  for (const { question, p50, p99 } of await askAll(pool, { rows: table.rows, users: plan.users, times })) {
    const comparedWith = `the newest 50 ${question}, p50, ${inPartitions(least)}`;
    // Without a range of ids the history of a resource looks at every partition's bloom filter: no figure is promised.
    const bound = question === 'of a resource' ? {} : { bound: { ratioAtMost: FLAT } };
    const notes = isBase ? {} : { comparedWith, ...(table.name === inOne(table.rows) ? {} : bound) };
    collected.add({ name: `the newest 50 ${question}, p50, ${table.name}`, unit: 'ms', ...notes }, p50);
    collected.add({ name: `the newest 50 ${question}, p99, ${table.name}`, unit: 'ms' }, p99);
  }
  await using ground = await openGround({ redis: stack.redis, postgres: { url: plan.url, pid: stack.postgres.pid } });
  await using backlog = await createBacklog(ground.redis, { events, first: Math.floor(Math.random() * 1e9) });
  const drained = await drainOnce(ground, { backlog, workers: WORKERS, directory, keepsRows: true });
  const isLargest = table.rows === plan.sizes.at(-1);
  const bound = isLargest ? { bound: { ratioAtLeast: table.name === inOne(table.rows) ? 0.75 : 0.9 } } : {};
  const notes = isBase ? {} : { comparedWith: `stored, ${inPartitions(least)}`, ...bound };
  collected.add({ name: `stored, ${table.name}`, unit: 'events/s', ...notes }, drained.eventsPerSecond);
}

async function measurePartitions(plan: Plan): Promise<void> {
  const { sizes, say, rounds, scale } = plan;
  const [least = 0] = sizes;
  await using client = await connectPostgres(plan.url);
  const { rows } = await client.query<{ bytes: string }>(
    `select setting::bigint * 8192 as bytes from pg_settings where name = 'shared_buffers'`,
  );
  const sharedBuffersBytes = Number(rows[0]?.bytes);
  const width = choosePartitionWidth({ rowsPerDay: ROWS_A_DAY, sharedBuffersBytes, retentionDays: 90 });
  // A table that is scaled down has as many partitions, with fewer rows in each.
  const rowsPerPartition = Math.max(1, Math.round(ROWS_A_DAY * DAYS_OF[width] * scale));
  await using table = await openGrowingTable({ url: plan.url, width, rowsPerPartition, users: plan.users });
  for (const size of [...sizes, least]) {
    const partitions = await table.resizeTo(size);
    say(`${inPartitions(size)} of a ${width}: ${partitions} partitions`);
    for (let round = 1; round <= rounds; round += 1) {
      await table.renewOpen();
      await measure(plan, table.pool, { name: inPartitions(size), rows: partitions * rowsPerPartition });
    }
  }
}

async function measureOnePartition(plan: Plan): Promise<void> {
  const rows = plan.sizes.at(-1) ?? 0;
  const pool = openPool(plan.url);
  try {
    plan.say(`${inOne(rows)}: this takes its time`);
    await fillOnePartition(pool, { url: plan.url, rows, users: plan.users });
    for (let round = 1; round <= plan.rounds; round += 1) await measure(plan, pool, { name: inOne(rows), rows });
  } finally {
    await pool.end();
  }
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const sizes = toVariants(SIZES, context.scale).map((size) => Math.round(size * context.scale));
  const users = Math.max(1, Math.round(USERS * context.scale));
  await assertDiskSpace(context.directory, sizes.at(-1) ?? 0);
  const collected = createCollection(PART);
  for (const measureLayout of [measurePartitions, measureOnePartition]) {
    // One after the other, each in a database of its own: dropping it frees the disk for the next.
    await using database = await openOwnDatabase(context.stack.postgres.url, 'bench_rows');
    await measureLayout({ ...context, url: database.url, sizes, users, collected });
  }
  return collected.toMeasurements();
}

/** How storing and asking change as the table grows. */
export const scaleRows: Part = {
  name: PART,
  title: 'Scale: rows in the table',
  limit:
    'Memory, for the b-trees of the partition that is written: one by user touches a page anywhere in it for each row, and a ' +
    'partition is as wide as half of `shared_buffers` holds of them. For questions, the number of partitions that are looked ' +
    'at: a page of a user or a type ends after one or two, the history of a resource without a range of ids reads the bloom ' +
    'filter of every partition (about 10 ms a GB; smaller partitions, as in the short form, are read whole).',
  run,
  charts: (all) => [
    {
      name: `${PART}-stored`,
      title: 'Drain into a table that holds rows already',
      xLabel: 'rows in the table',
      yLabel: 'events/s',
      logX: true,
      series: [
        toSeries(all, { part: PART, pattern: /^stored, ([\d,]+) rows in partitions$/, name: 'partitions as chosen' }),
        toSeries(all, { part: PART, pattern: /^stored, ([\d,]+) rows in one partition$/, name: 'one partition' }),
      ],
    },
    {
      name: `${PART}-asked`,
      title: 'The newest 50 events, p50',
      xLabel: 'rows in the table',
      yLabel: 'ms',
      logX: true,
      logY: true,
      series: ['of all', 'of a user', 'of a type', 'of a resource', 'of a resource, within the last day'].map((name) =>
        toSeries(all, {
          part: PART,
          pattern: new RegExp(`^the newest 50 ${name}, p50, ([\\d,]+) rows in partitions$`),
          name,
        }),
      ),
    },
  ],
};
