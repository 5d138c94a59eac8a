/**
 * What an event takes: bytes in the memory and in the append-only file of Redis, in the write-ahead log, the table and each
 * index of Postgres; and what the processes take, once a backlog has gone through them. Nothing is timed here. The steps
 * of Redis' file are measured apart with full batches (256 pushed, 1,000 claimed) and for an event that is pushed alone. The
 * memory of processes is the most that each has ever had, start included, as the kernel counts it.
 */
import { join } from 'node:path';
import { measureProductMemory, type ProductMemory } from '../cells/product-memory.ts';
import { measureRedisBytes, type RedisBytes } from '../cells/redis-bytes.ts';
import { measureRowBytes } from '../cells/row-bytes.ts';
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Bound, Measurement } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';

const PART = 'bytes';
const QUEUED = 100_000;
const BACKLOG = 200_000;
const WARM_UP = 1_000;
const ENTRY = 'an entry, as it is pushed';

const IN_REDIS = [
  { key: 'memory', name: 'in the memory of Redis, queued' },
  { key: 'pushTogether', name: 'in the append-only file, pushed with 255 others' },
  { key: 'pushAlone', name: 'in the append-only file, pushed alone' },
  { key: 'claim', name: 'in the append-only file, claimed with 999 others' },
  { key: 'finish', name: 'in the append-only file, finished with 999 others' },
] as const satisfies readonly { readonly key: keyof RedisBytes; readonly name: string }[];

const PROCESSES = [
  { key: 'worker', name: 'worker', bound: { atMost: 128 } },
  { key: 'api', name: 'API', bound: { atMost: 150 } },
  { key: 'maintenance', name: 'maintenance' },
] as const satisfies readonly {
  readonly key: keyof ProductMemory;
  readonly name: string;
  readonly bound?: Bound;
}[];

async function addRedis({ stack, scale }: PartContext, collected: Collection): Promise<void> {
  await emptyServers(stack);
  const measured = await measureRedisBytes(stack, Math.round(QUEUED * scale));
  collected.add({ name: ENTRY, unit: 'bytes' }, measured.entry);
  for (const { key, name } of IN_REDIS) {
    collected.add({ name, unit: 'bytes an event', comparedWith: ENTRY }, measured[key]);
  }
}

async function addRows({ stack, scale }: PartContext, collected: Collection): Promise<void> {
  await emptyServers(stack);
  const { wal, heap, indexes } = await measureRowBytes(stack, Math.round(QUEUED * scale));
  const unit = 'bytes a row';
  collected.add({ name: 'in the write-ahead log of Postgres', unit, comparedWith: ENTRY }, wal);
  collected.add({ name: 'in the table', unit, comparedWith: ENTRY }, heap);
  for (const [name, bytes] of indexes) collected.add({ name: `in the index ${name}`, unit }, bytes);
}

function drainThroughAll({ stack, directory }: PartContext, events: number): Promise<ProductMemory> {
  const env = {
    AUDIT_SPOOL_DIR: join(directory, 'bytes-spool'),
    NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
  };
  return measureProductMemory(stack, { events, env });
}

async function addProcesses(context: PartContext, collected: Collection): Promise<void> {
  await emptyServers(context.stack);
  const measured = await drainThroughAll(context, Math.round(BACKLOG * context.scale));
  for (const { key, name, ...bound } of PROCESSES) {
    collected.addLargest({ name: `${name}, most resident memory ever`, unit: 'MiB', ...bound }, measured[key].peakMb);
    collected.add({ name: `${name}, resident memory afterwards`, unit: 'MiB' }, measured[key].residentMb);
  }
}

async function addClient({ stack, scale }: PartContext, collected: Collection): Promise<void> {
  await emptyServers(stack);
  const measured = await runCell('client-memory', { stack, args: [scale] });
  const bound = 'client, bytes of entries that it may keep';
  collected.add({ name: bound, unit: 'MiB' }, measured['boundMb']);
  const counted = 'client, bytes of entries that it kept when it refused, by its own count';
  const kept = { name: counted, unit: 'MiB', comparedWith: bound };
  collected.add({ ...kept, bound: { ratioAtMost: 1 } }, measured['keptMb']);
  const grown = 'client, growth of its process beyond what it took idle';
  collected.add({ name: grown, unit: 'MiB', comparedWith: bound }, measured['grownMb']);
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  // Thrown away: compiled code is kept between starts, as `npm start` keeps it, and the first start has none.
  await drainThroughAll(context, WARM_UP);
  for (let round = 1; round <= context.rounds; round += 1) {
    context.say(`bytes: round ${round} of ${context.rounds}`);
    await addRedis(context, collected);
    await addRows(context, collected);
    await addProcesses(context, collected);
    await addClient(context, collected);
  }
  return collected.toMeasurements();
}

/** What an event takes, and what the processes take. */
export const bytes: Part = { name: PART, title: 'What an event and the processes take', run };
