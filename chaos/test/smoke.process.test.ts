import { readSeed } from '@auditlane/testkit';
import { beforeAll, expect, test } from 'vitest';

import { toReplay } from '../src/report/replay.ts';
import { listScenarios } from '../src/registry.ts';
import { planRuns, runAll } from '../src/run-all.ts';
import type { ScenarioResult } from '../src/run-scenario.ts';

/** One fault of each kind; `npm run chaos` makes them all. */
const SMOKE = ['W1', 'W2', 'W3', 'W6', 'W7', 'X1', 'R1', 'R3', 'R4', 'R6', 'R8', 'P2', 'P13', 'N2', 'N7', 'C3', 'O1'];
/** Enough for several kills; a million is for the whole run. */
const BACKLOG = 30_000;
const SEED = readSeed(process.env.SEED);
/** More at a time make each so slow on two cores that the whole takes no less. */
const JOBS = 3;
const TEST_MS = 600_000;

const runs = planRuns(listScenarios({ backlog: BACKLOG }), { only: SMOKE, profiles: ['durable'] });
const logs: string[] = [];
let results: Promise<readonly ScenarioResult[]>;

beforeAll(() => {
  results = runAll(runs, { seed: SEED, jobs: JOBS, onResult: () => undefined, onLog: (text) => logs.push(text) });
});

test.for(runs)('$scenario.id: $scenario.title', { timeout: TEST_MS }, async ({ scenario }, { skip, annotate }) => {
  const result = (await results).find(({ id }) => id === scenario.id);
  if (result === undefined) throw new Error(`${scenario.id} has no result`);
  if (result.skipped !== undefined) skip(result.skipped);
  if (result.broken.length > 0) await annotate(logs.join('\n').slice(-5000));
  expect(result.broken, `again: ${toReplay(result, { minutes: 0, backlog: BACKLOG })}`).toEqual([]);
});

test('every fault of the smoke is in the registry', () => {
  expect(runs.map(({ scenario }) => scenario.id).toSorted()).toEqual(SMOKE.toSorted());
});
