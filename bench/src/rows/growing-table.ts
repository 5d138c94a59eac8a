/**
 * A table that grows into the past as a real one has grown with time: partition after partition of rows, as many in each
 * as the product would put there. The open partition, of now, is made anew before each measurement, as full as it ever gets.
 */
import {
  createPool,
  ensurePartitions,
  listPartitions,
  summarizeRanges,
  type Partition,
  type PartitionWidth,
  type Pool,
} from '@auditlane/store';
import { connectPostgres } from '../servers/postgres-client.ts';
import { insertRows } from './fill-partition.ts';

/** The layout of the table. */
export interface GrowingOptions {
  readonly url: string;
  readonly width: PartitionWidth;
  /** Rows of a full partition. */
  readonly rowsPerPartition: number;
  /** Over how many users the rows are spread. */
  readonly users: number;
}

/** See above. */
export interface GrowingTable extends AsyncDisposable {
  readonly pool: Pool;
  /** Adds or drops partitions of the past until there are about so many rows; answers how many partitions have some. */
  resizeTo(rows: number): Promise<number>;
  /** Makes the open partition anew. */
  renewOpen(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** How long a partition of each width lasts at most. */
export const DAYS_OF = { hour: 1 / 24, day: 1, week: 7, month: 31 } as const satisfies Record<PartitionWidth, number>;
const FILLERS = 2;

/** Opens the table on a database without rows. */
export async function openGrowingTable(options: GrowingOptions): Promise<GrowingTable> {
  const { url, width, rowsPerPartition, users } = options;
  const pool = openPool(url);
  let filled = 0;
  const fill = async (partition: Partition | undefined, index: number): Promise<void> => {
    if (partition === undefined) throw new Error(`there is no partition for row ${index * rowsPerPartition}`);
    await fillPartition(url, partition, { first: 1 + index * rowsPerPartition, rows: rowsPerPartition, users });
  };
  const grow = async (wanted: number): Promise<void> => {
    const pastDays = wanted * DAYS_OF[width];
    await ensurePartitions(pool, { now: new Date(Date.now() - pastDays * DAY_MS), aheadDays: pastDays + 7, width });
    const partitions = await listPast(pool);
    for (; filled < wanted; filled = Math.min(wanted, filled + FILLERS)) {
      const indexes = Array.from({ length: Math.min(FILLERS, wanted - filled) }, (_, offset) => filled + offset);
      await Promise.all(indexes.map((index) => fill(partitions[index], index)));
    }
  };
  const shrink = async (wanted: number): Promise<void> => {
    for (const { name } of (await listPast(pool)).slice(wanted)) await pool.query(`drop table ${name}`);
    filled = Math.min(filled, wanted);
  };
  return {
    pool,
    resizeTo: async (rows) => {
      const wanted = Math.max(1, Math.round(rows / rowsPerPartition));
      await shrink(wanted);
      await grow(wanted);
      await settle(pool);
      return filled;
    },
    renewOpen: async () => {
      const [open] = await listPast(pool);
      await pool.query(`truncate ${open?.name ?? ''}`);
      await fill(open, 0);
      await settle(pool);
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** A pool whose statements may take as long as they take. */
export function openPool(url: string): Pool {
  return createPool(url, { applicationName: 'bench', max: FILLERS, statementTimeoutMs: 0, queryTimeoutMs: 0 });
}

/** The partitions up to now, newest first. */
async function listPast(pool: Pool): Promise<readonly Partition[]> {
  const all = await listPartitions(pool, 'audit_logs');
  return all.filter(({ range }) => range !== null && range.fromMs <= Date.now()).toReversed();
}

async function fillPartition(
  url: string,
  { name, range }: Partition,
  rows: { readonly first: number; readonly rows: number; readonly users: number },
): Promise<void> {
  if (range === null) throw new Error(`${name} has no range`);
  await using client = await connectPostgres(url);
  // Of the open one only what lies before now; the events of the drain come behind it.
  await insertRows(client, { ...rows, fromMs: range.fromMs, toMs: Math.min(range.toMs, Date.now()) });
  // Otherwise autovacuum does it, some time during a measurement.
  await client.query(`vacuum (analyze) ${name}`);
}

/** What maintenance and the server would have done in the meantime. */
export async function settle(pool: Pool): Promise<void> {
  await summarizeRanges(pool);
  await pool.query('analyze audit_logs');
  await pool.query('checkpoint');
}
