import { expect, test } from 'vitest';
import { sumOutcomes, toSummary } from '../gate/outcome.ts';

const LAST_LINE = /^\d+ passed, \d+ failed(, \d+ skipped)?$/;

test('the summary ends with one line of counts, below each failure and the reason of each skip', () => {
  const summary = toSummary(
    sumOutcomes([
      { passed: 3, failed: ['a.test.ts > breaks'], skipped: [] },
      { passed: 4, failed: [], skipped: [{ name: 'b.test.ts > waits', reason: 'no data' }] },
    ]),
  ).split('\n');
  expect(summary).toEqual([
    'failed: a.test.ts > breaks',
    'skipped: b.test.ts > waits: no data',
    '7 passed, 1 failed, 1 skipped',
  ]);
  expect(summary.at(-1)).toMatch(LAST_LINE);
  expect(toSummary({ passed: 2, failed: [], skipped: [] })).toMatch(LAST_LINE);
});
