import { createRandom } from '@auditlane/testkit';
import { expect, test } from 'vitest';

import { planNemesis } from '../src/nemesis/plan.ts';
import { PAIRS } from '../src/pairs/pairs.ts';
import { listScenarios } from '../src/registry.ts';
import { planRuns } from '../src/run-all.ts';

const SCENARIOS = listScenarios({ backlog: 1000 });
const MINUTE_MS = 60_000;
const plan = (seed: number, minutes = 10) => planNemesis(createRandom(seed), minutes * MINUTE_MS);

test('one seed makes one schedule, another seed another', () => {
  expect(plan(3)).toEqual(plan(3));
  expect(plan(3)).not.toEqual(plan(4));
});

test('ten minutes hold more faults than a run must reach, whatever the seed', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const actions = plan(seed);
    const count = (victim: string, ...acts: readonly string[]): number =>
      actions.filter((action) => action.victim === victim && acts.includes(action.act)).length;
    expect(count('worker', 'kill', 'after-commit', 'after-claim', 'before-commit')).toBeGreaterThan(200);
    expect(count('zombie', 'stop')).toBeGreaterThan(25);
    expect(count('redis', 'kill')).toBeGreaterThan(20);
    expect(count('postgres', 'kill', 'halt')).toBeGreaterThan(20);
  }
});

test('actions come in the order of their times and none is outside the run', () => {
  const times = plan(9, 2).map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(Math.max(...times)).toBeLessThan(2 * MINUTE_MS);
});

test('each fault has a name of its own, and every pair of classes is there', () => {
  const ids = [...SCENARIOS, ...PAIRS].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(PAIRS).toHaveLength(45);
});

test('runs are chosen by the id of a fault or the letter of its class', () => {
  const ids = (...only: readonly string[]): readonly string[] =>
    planRuns(SCENARIOS, { only, profiles: ['durable'] }).map(({ scenario }) => scenario.id);
  expect(ids('W3', 'R6')).toEqual(['W3', 'R6']);
  expect(ids('N').every((id) => id.startsWith('N'))).toBe(true);
  expect(ids('N').length).toBeGreaterThan(5);
  expect(ids('W')).not.toContain('X1');
});
