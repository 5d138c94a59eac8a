/**
 * What each guarantee costs the caller, in one table: `durable` with `appendfsync always` is the base, as `npm start` sets
 * it up. Beside it `strict` (a second, synced copy on this machine's disk until Postgres has the row), Redis with
 * `appendfsync everysec`, and the floor: entries made before the clock started, pushed the same way through the same
 * script. Same events, rate and Redis for all, each in a process of its own, in turn.
 *
 * At saturation no worker runs, so that what is measured is the way in. At 1,000/s one does, in all variants, because
 * `strict` asks Postgres what it has meanwhile. The disk of `strict` and that of Redis are the same one: a slower disk
 * slows both. Checks and redaction are measured on their own as well, since a client has no switch that turns them off.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';
import { withFsync } from '../servers/with-fsync.ts';

const PART = 'cost';
const BASE = 'durable';
const VARIANTS = [
  { name: BASE, way: 'client', fsync: 'always', guarantee: 'durable' },
  { name: 'strict', way: 'client', fsync: 'always', guarantee: 'strict' },
  { name: 'durable, appendfsync everysec', way: 'client', fsync: 'everysec', guarantee: 'durable' },
  { name: 'entries made before, pushed bare', way: 'lines', fsync: 'always', guarantee: 'durable' },
] as const;
type Variant = (typeof VARIANTS)[number];

const FIGURES = [
  { kind: 'saturated', key: 'callsPerSecond', what: 'calls a second, 1,000 callers', unit: 'calls/s' },
  { kind: 'saturated', key: 'micros', what: 'CPU of the caller an event', unit: 'µs' },
  { kind: 'steady', key: 'p50', what: 'awaited p50 at 1,000/s', unit: 'ms' },
  { kind: 'steady', key: 'p99', what: 'awaited p99 at 1,000/s', unit: 'ms' },
] as const;
type Kind = (typeof FIGURES)[number]['kind'];

const ENCODED = 'making an entry, with checks and redaction, CPU an event';
const ENCODINGS = [
  { key: 'encodeMicros', name: ENCODED },
  { key: 'withoutRedactionMicros', name: 'making an entry, with checks alone, CPU an event' },
  { key: 'stringifyMicros', name: 'JSON.stringify with an id, without checks, CPU an event' },
] as const;

async function runVariant(
  { stack, scale, directory }: PartContext,
  { variant, kind, place }: { readonly variant: Variant; readonly kind: Kind; readonly place: string },
): Promise<Readonly<Record<string, number>>> {
  await emptyServers(stack);
  const spool = join(directory, 'cost-spool', place);
  const env = {
    AUDIT_GUARANTEE: variant.guarantee,
    AUDIT_SPOOL_DIR: spool,
    AUDIT_SPOOL_MAX_BYTES: String(4 * 1024 ** 3),
  };
  const measured = await withFsync(stack, variant.fsync, () =>
    runCell('cost', { stack, args: [kind, variant.way, scale], env }),
  );
  // What no worker has stored stays on disk, as it should; here it would only take up space.
  await rm(spool, { recursive: true, force: true });
  return measured;
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  for (let round = 1; round <= context.rounds; round += 1) {
    context.say(`cost: round ${round} of ${context.rounds}`);
    for (const kind of ['saturated', 'steady'] as const) {
      for (const variant of VARIANTS) {
        const place = `${round}-${kind}-${variant.guarantee}-${variant.way}-${variant.fsync}`;
        const measured = await runVariant(context, { variant, kind, place });
        for (const { key, what, unit } of FIGURES.filter((figure) => figure.kind === kind)) {
          const comparedWith = variant.name === BASE ? {} : { comparedWith: `${what}, ${BASE}` };
          collected.add({ name: `${what}, ${variant.name}`, unit, ...comparedWith }, measured[key]);
        }
      }
    }
    const encoded = await runCell('encode', { stack: context.stack, args: [context.scale] });
    for (const { key, name } of ENCODINGS) {
      const comparedWith = name === ENCODED ? {} : { comparedWith: ENCODED };
      collected.add({ name, unit: 'µs', ...comparedWith }, encoded[key]);
    }
  }
  return collected.toMeasurements();
}

/** What each guarantee costs. */
export const cost: Part = { name: PART, title: 'What each guarantee costs the caller', run };
