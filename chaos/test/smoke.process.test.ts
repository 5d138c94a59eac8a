import { readSeed } from '@auditlane/testkit';
import { expect, test } from 'vitest';

import { toReplay } from '../src/report/replay.ts';
import { SCENARIOS } from '../src/registry.ts';
import { runScenario } from '../src/run-scenario.ts';

/** One fault of each kind; `npm run chaos` makes them all. */
const SMOKE = ['W1', 'W2', 'W3', 'W6', 'W7', 'R1', 'R3', 'R8', 'P2', 'P13', 'N2', 'N7', 'C3', 'X1', 'R4', 'R6'];
const SEED = readSeed(process.env.SEED);
const TEST_MS = 300_000;

const cases = SCENARIOS.filter(({ id }) => SMOKE.includes(id));

test.concurrent.for(cases)('$id: $title', { timeout: TEST_MS }, async (scenario, { skip, annotate }) => {
  const result = await runScenario(scenario, {
    profile: 'durable',
    seed: SEED,
    onLog: (text) => void annotate(text.slice(-5000)),
  });
  if (result.skipped !== undefined) skip(result.skipped);
  expect(result.broken, `again: ${toReplay(result, 0)}`).toEqual([]);
});

test('every fault of the smoke is in the registry', () => {
  expect(cases.map(({ id }) => id).toSorted()).toEqual(SMOKE.toSorted());
});
