/**
 * A process of its own that asks Postgres about once a millisecond which transactions are over, and tells its parent at
 * the end when each was first seen to be. It reads no table and no index, so it costs the machine as little as looking
 * can, and it misses nothing whatever the order of commits. What it reports is late by its own gap, which it reports.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf } from '../clocks/process-cpu.ts';
import { percentile } from '../report/statistics.ts';
import { connectPostgres } from '../servers/postgres-client.ts';
import { cellEnv } from './cell-env.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { SeenTransactions } from './seen-transactions.ts';

const LOOK = { name: 'look', text: 'select pg_current_snapshot()::text as snapshot' };
const GAP_MS = 1;

const seen = new SeenTransactions();
const gaps: number[] = [];
let isStopping = false;
process.on('message', () => (isStopping = true));

await using database = await connectPostgres(cellEnv.DATABASE_URL);

async function look(): Promise<number> {
  const { rows } = await database.query<{ snapshot: string }>(LOOK);
  const at = monotonicMs();
  seen.look(rows[0]?.snapshot ?? '', at);
  return at;
}

const { rows } = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
let last = await look();
process.send?.({ kind: 'ready' });
while (!isStopping) {
  await sleep(GAP_MS);
  const at = await look();
  gaps.push(at - last);
  last = at;
}
const answer = {
  kind: 'seen',
  transactions: seen.toEntries(),
  gapP50: percentile(gaps, 0.5),
  gapP99: percentile(gaps, 0.99),
  backendCpuSeconds: await cpuSecondsOf([rows[0]?.pid ?? 0]),
};
process.send?.(answer, undefined, undefined, () => process.disconnect());
