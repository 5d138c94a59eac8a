/**
 * What a call costs its caller: CPU under load, the part of it that runs before the call returns, and the wait for a
 * receipt at a steady rate, beside a bare awaited LPUSH on a connection of its own. The comparison is fair, because both
 * push the same events at the same rate into the same Redis, which syncs its file before it answers either; the bare one
 * does nothing else: no validation, redaction, id, capacity, count, or copy for replay. No worker runs, so nothing but
 * caller and Redis share the cores. The loop that makes the events and awaits their receipts is measured alone, too: what a
 * round's call costs is what the round used less what its loop did.
 */
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Bound, Measurement } from '../report/report.ts';
import { emptyServers } from '../servers/empty-servers.ts';

const PART = 'caller';

async function runCaller({ stack, scale }: PartContext, kind: string): Promise<Readonly<Record<string, number>>> {
  await emptyServers(stack);
  return runCell('caller', { stack, args: [kind, scale] });
}

function addWaits(
  collected: Collection,
  steady: Readonly<Record<string, number>>,
  bare: Readonly<Record<string, number>>,
): void {
  const add = (percent: 'p50' | 'p99', bound: Bound): void => {
    const comparedWith = `bare LPUSH at 1,000/s, awaited ${percent}`;
    collected.add({ name: comparedWith, unit: 'ms' }, bare[percent]);
    collected.add(
      { name: `logAudit at 1,000/s, awaited ${percent}`, unit: 'ms', comparedWith, bound },
      steady[percent],
    );
  };
  add('p50', { ratioAtMost: 1.5 });
  add('p99', { ratioAtMost: 2 });
}

/** Missing figures stay missing. */
function without(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part;
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  for (let round = 1; round <= context.rounds; round += 1) {
    context.say(`caller: round ${round} of ${context.rounds}`);
    const loop = await runCaller(context, 'loop');
    const saturated = await runCaller(context, 'saturated');
    const bare = await runCaller(context, 'steady-lpush');
    const steady = await runCaller(context, 'steady');
    collected.add({ name: 'the measuring loop alone, CPU of the process an event', unit: 'µs' }, loop['micros']);
    const whole = { name: 'logAudit under load with its measuring loop, CPU of the process an event', unit: 'µs' };
    collected.add(whole, saturated['micros']);
    const cpu = { name: 'logAudit under load, CPU of the caller an event', unit: 'µs', bound: { atMost: 8 } };
    collected.add(cpu, without(saturated['micros'], loop['micros']));
    collected.add({ name: 'logAudit under load, calls a second', unit: 'calls/s' }, saturated['callsPerSecond']);
    const synchronous = { name: 'logAudit, synchronous part of a call', unit: 'µs', bound: { atMost: 10 } };
    collected.add(synchronous, saturated['synchronousMicros']);
    const slowest = { name: 'logAudit, synchronous part of a call, mean of the slowest of 100 turns', unit: 'µs' };
    collected.add(slowest, saturated['synchronousP99Micros']);
    addWaits(collected, steady, bare);
  }
  return collected.toMeasurements();
}

/** What a call costs its caller. */
export const caller: Part = { name: PART, title: 'What a call costs its caller', run };
