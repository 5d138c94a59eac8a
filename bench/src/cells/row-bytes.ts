/** What a row takes in Postgres: in the write-ahead log, in the table and in each of its indexes, once a worker has stored it. */
import { toProcessEnv } from '../programs/process-env.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { copyBacklog, createBacklog } from '../queue/backlog.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import { connectPostgres, type PostgresClient } from '../servers/postgres-client.ts';
import { openRedis } from '../servers/redis-client.ts';
import type { Stack } from '../servers/stack.ts';
import { walPosition } from '../servers/wal-position.ts';

const POLL_MS = 20;
const TABLE = 'audit_logs';

/** Bytes a row; `indexes` by the name of the index, without that of the table. */
export interface RowBytes {
  readonly wal: number;
  readonly heap: number;
  readonly indexes: ReadonlyMap<string, number>;
}

// Only partitions with rows: an index has pages before it has entries, and there is one in every partition prepared.
const SIZES = `
  with filled as (
    select relid from pg_partition_tree('audit_logs') where isleaf and pg_relation_size(relid) > 0
  )
  select 'audit_logs' as name, coalesce(sum(pg_table_size(relid)), 0) as bytes
  from filled
  union all
  select parent.relname, coalesce(sum(pg_relation_size(child.relid)), 0)
  from pg_index i
  join pg_class parent on parent.oid = i.indexrelid
  cross join lateral pg_partition_tree(parent.oid) child
  join pg_index part on part.indexrelid = child.relid
  join filled on filled.relid = part.indrelid
  where i.indrelid = 'audit_logs'::regclass
  group by parent.relname`;

async function readSizes(database: PostgresClient): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ name: string; bytes: string }>(SIZES);
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}

/** Measures with `events` events on empty servers, stored by one worker. */
export async function measureRowBytes(stack: Stack, events: number): Promise<RowBytes> {
  await using database = await connectPostgres(stack.postgres.url);
  await using redis = await openRedis(stack.redis.url);
  await using backlog = await createBacklog(redis, { events });
  const begin = await copyBacklog(redis, backlog);
  await using _worker = await startWorkers(1, toProcessEnv(stack));
  const walBefore = await walPosition(database);
  await begin();
  await waitUntilDrained(redis, { pollMs: POLL_MS });
  const wal = (await walPosition(database)) - walBefore;
  const sizes = await readSizes(database);
  const indexes = [...sizes].filter(([name]) => name !== TABLE);
  return {
    wal: wal / events,
    heap: (sizes.get(TABLE) ?? Number.NaN) / events,
    indexes: new Map(indexes.map(([name, bytes]) => [toShortName(name), bytes / events])),
  };
}

function toShortName(index: string): string {
  return index.replace(`${TABLE}_`, '').replace(/_idx$/, '');
}
