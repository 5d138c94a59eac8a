/**
 * A producer at full speed on the same cores as two workers, Redis and Postgres, until every acknowledged event is a row,
 * against one connection that copies the very rows of such a run, made ready in a file, into the same empty table. The
 * comparison favours the file: its rows need no producer, no queue and no check, and nobody shares the cores with it.
 * The queue holds 200,000 events at most and a full one makes callers wait, so the producer cannot run ahead of the
 * workers by more. The same with `appendfsync everysec` stands beside it: what the guarantee of Redis costs; and
 * with a longer linger: what its larger batches save.
 */
import { join } from 'node:path';
import { runCell } from '../cells/run-cell.ts';
import { openCopySession, writeRowsTo } from '../clocks/copy-file.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';
import { withFsync, type Fsync } from '../servers/with-fsync.ts';

const PART = 'steady';
const EVENTS = 600_000;
const WORKERS = 2;
const CAPACITY = 200_000;
/** Four times the default: what larger batches are worth under load. */
const LONG_LINGER_MS = 20;
const COPY = 'one connection copying the same rows from a file';

/** Lines of the table beside the rate, for the run with the setting of the guarantee. */
const SHARES = [
  { key: 'acknowledgedPerSecond', name: 'events acknowledged while the producer ran', unit: 'events/s' },
  { key: 'batchRows', name: 'mean batch', unit: 'events' },
  { key: 'producerMicros', name: 'CPU of the producer an event', unit: 'µs' },
  { key: 'workersMicros', name: 'CPU of both workers an event', unit: 'µs' },
  { key: 'redisMicros', name: 'CPU of Redis an event', unit: 'µs' },
  { key: 'postgresMicros', name: 'CPU of Postgres an event', unit: 'µs' },
] as const;

interface SteadySettings {
  readonly fsync?: Fsync;
  readonly lingerMs?: number;
}

async function runSteady(
  context: PartContext,
  { fsync = 'always', lingerMs }: SteadySettings = {},
): Promise<Readonly<Record<string, number>>> {
  const { stack, scale, directory } = context;
  await emptyServers(stack);
  const env = {
    AUDIT_MAX_QUEUE_LENGTH: String(CAPACITY),
    NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
    ...(lingerMs === undefined ? {} : { AUDIT_LINGER_MS: String(lingerMs) }),
  };
  const events = Math.round(EVENTS * scale);
  return withFsync(stack, fsync, () => runCell('steady', { stack, args: [WORKERS, events], env }));
}

async function copyRows({ stack }: PartContext, path: string): Promise<number> {
  await emptyServers(stack);
  await using session = await openCopySession(stack.postgres.url);
  const started = performance.now();
  const rows = await session.copy(path);
  return (rows * 1000) / (performance.now() - started);
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  const path = join(context.directory, 'steady-rows.copy');
  // Thrown away: it pays for the first segments of the log, and leaves the rows that are copied.
  await runSteady(context);
  await writeRowsTo(context.stack.postgres.url, path);
  for (let round = 1; round <= context.rounds; round += 1) {
    context.say(`steady: round ${round} of ${context.rounds}`);
    const always = await runSteady(context);
    collected.add({ name: COPY, unit: 'rows/s' }, await copyRows(context, path));
    const patient = await runSteady(context, { lingerMs: LONG_LINGER_MS });
    const everysec = await runSteady(context, { fsync: 'everysec' });
    const stored = 'from call to row, producer and two workers';
    const bound = { ratioAtLeast: 0.8 };
    collected.add({ name: stored, unit: 'events/s', comparedWith: COPY, bound }, always['storedPerSecond']);
    const relaxed = { name: `${stored}, appendfsync everysec`, unit: 'events/s', comparedWith: COPY };
    collected.add(relaxed, everysec['storedPerSecond']);
    const lingering = { name: `${stored}, AUDIT_LINGER_MS=${LONG_LINGER_MS}`, unit: 'events/s', comparedWith: COPY };
    collected.add(lingering, patient['storedPerSecond']);
    for (const { key, name, unit } of SHARES) collected.add({ name, unit }, always[key]);
  }
  return collected.toMeasurements();
}

/** Producer and workers on the same cores. */
export const steady: Part = { name: PART, title: 'Steady state with the producer on the same cores', run };
