/**
 * One critical write beside a bare INSERT of the same row, without the peers beside which `npm run bench` measures both.
 * Fair as there: one caller, one write after the other, the same rows into the same emptied table, the first half of the
 * writes not counted. Both take turns, and the middle ratio is judged: a busy second meets one turn of three.
 */
import type { Part, PartContext } from '../part.ts';
import type { SteadyRun } from '../peers/contest.ts';
import { addCriticalWrites, CRITICAL_BOUND, CRITICAL_WRITES, writeOneByOne } from '../peers/critical-writes.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { openGround } from '../servers/ground.ts';

const PART = 'critical-write';
const TURNS = 3;
const LEAST_WRITES = 50;

async function run({ stack, scale, say }: PartContext): Promise<readonly Measurement[]> {
  await using ground = await openGround(stack);
  const writes = Math.max(LEAST_WRITES, Math.round(CRITICAL_WRITES * scale));
  const bare: SteadyRun[] = [];
  const critical: SteadyRun[] = [];
  for (let turn = 1; turn <= TURNS; turn += 1) {
    say(`critical writes, turn ${turn} of ${TURNS}`);
    bare.push(await writeOneByOne(ground, 'bare', writes));
    critical.push(await writeOneByOne(ground, 'critical', writes));
  }
  const collected = createCollection(PART);
  addCriticalWrites(collected, { bare, critical, bound: CRITICAL_BOUND });
  return collected.toMeasurements();
}

/** What a caller waits for a critical write. */
export const criticalWrite: Part = { name: PART, title: 'One critical write beside a bare INSERT', run };
