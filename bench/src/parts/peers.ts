/**
 * What a user would pick instead, doing the same: BullMQ with one event a job and with 1,000, graphile-worker, and one
 * INSERT per event. Fair because every contender is given the same events and ends with the same rows in the same table
 * (counted after every run), on the same two servers, with two worker processes each, on the settings that its own
 * documentation names (see the header of its file in `peers/`), ready before the clock starts, interleaved with us in
 * each round in an order that turns. Peers pay neither for validation nor for redaction, of which we pay both. In one thing
 * we are started otherwise: our workers as in production, with a compile cache and the flags for V8 of
 * `apps/worker/node-args.json`, the workers of a peer as plain `node`.
 */
import type { Part, PartContext } from '../part.ts';
import type { ContenderName } from '../peers/contenders.ts';
import { drainPeer, steadyPeer, sustainPeer, type SteadyRun } from '../peers/contest.ts';
import { CRITICAL_WRITES, writeOneByOne } from '../peers/critical-writes.ts';
import { ENTRIES } from '../peers/entries.ts';
import { openFleet } from '../peers/fleet.ts';
import { NAMES, OURS, PART, scaled, toMeasurements, type Outcome, type Reached } from '../peers/to-measurements.ts';
import type { Measurement } from '../report/report.ts';
import { openGround, type Ground } from '../servers/ground.ts';

/** At 1,000 a second; the first fifth of them is not counted. */
const STEADY_EVENTS = 7_500;
/** Fewer would be over before the processes are warm. */
const LEAST_STEADY_EVENTS = 2_500;

/** All contenders, another one first in each round. */
function inTurn(round: number): readonly ContenderName[] {
  const first = round % NAMES.length;
  return [...NAMES.slice(first), ...NAMES.slice(0, first)];
}

/** Each kind of run by all contenders before the next kind, so that what is compared runs within the same minutes. */
async function runContest(
  ground: Ground,
  context: PartContext,
  round: number,
  contest: Outcome['contest'],
): Promise<void> {
  const { directory, rounds, scale } = context;
  const say = (run: string, name: ContenderName): void =>
    context.say(`peers, round ${round + 1} of ${rounds}: ${run}, ${ENTRIES[name].title}`);
  const entered = inTurn(round);
  for (const name of entered.filter((each) => ENTRIES[each].drained > 0)) {
    say('drain', name);
    const events = scaled(ENTRIES[name].drained, scale);
    contest[name].drained.push(await drainPeer(ground, { name, directory, events }));
  }
  for (const name of entered) {
    say('end to end', name);
    const events = scaled(ENTRIES[name].sustained, scale);
    contest[name].sustained.push(await sustainPeer(ground, { name, directory, events }));
  }
  for (const name of entered) {
    say('1,000/s', name);
    const events = Math.max(LEAST_STEADY_EVENTS, scaled(STEADY_EVENTS, scale));
    contest[name].steady.push(await steadyPeer(ground, { name, directory, events }));
  }
}

/** Makes the segments of the write-ahead log that all later runs write over, and lets our workers note their settings. */
async function warmUp(ground: Ground, { stack, directory, scale, say }: PartContext): Promise<void> {
  say('peers, a first drain that does not count');
  const workers = await openFleet(stack, OURS, directory);
  await workers[Symbol.asyncDispose]();
  await drainPeer(ground, { name: OURS, directory, events: scaled(ENTRIES[OURS].drained, scale) });
}

function nothingReached(): Reached {
  return { drained: [], sustained: [], steady: [] };
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const { rounds, scale } = context;
  await using ground = await openGround(context.stack);
  await warmUp(ground, context);
  const contest = {
    auditlane: nothingReached(),
    'bullmq-single': nothingReached(),
    'graphile-worker': nothingReached(),
    'bullmq-batched': nothingReached(),
    'single-insert': nothingReached(),
  };
  const critical: SteadyRun[] = [];
  const bare: SteadyRun[] = [];
  const writes = scaled(CRITICAL_WRITES, scale);
  for (let round = 0; round < rounds; round += 1) {
    await runContest(ground, context, round, contest);
    context.say(`peers, round ${round + 1} of ${rounds}: one critical write after the other`);
    bare.push(await writeOneByOne(ground, 'bare', writes));
    critical.push(await writeOneByOne(ground, 'critical', writes));
  }
  return toMeasurements({ scale, contest, critical, bare });
}

/** Drain, rate end to end, the caller's wait and CPU beside four peers; one critical write beside a bare INSERT. */
export const peers: Part = {
  name: PART,
  title: 'Peers that do the same',
  limit:
    'Of Auditlane and of BullMQ with 1,000 events a job, the two cores: all of their CPU is taken, and the caller of the ' +
    'latter checks and masks nothing and waits half a second for its answer. A peer with one event a job waits for round ' +
    'trips while cores are idle, so a machine with slower cores costs Auditlane more than it costs such a peer.',
  run,
};
