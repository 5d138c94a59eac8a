import { expect, test } from 'vitest';

import { replaceBlock } from '../src/report/guarantees.ts';
import { toFailures } from '../src/report/replay.ts';
import { toTable } from '../src/report/table.ts';
import type { ScenarioResult } from '../src/run-scenario.ts';

const VERDICT = {
  issued: 12,
  acknowledged: 10,
  levels: { queued: 10 },
  rejected: {},
  stored: 9,
  dead: 0,
  lost: ['a'],
  duplicated: [],
  changed: [],
  strangers: [],
  both: [],
  misparked: [],
  conservationDifference: 0,
  freshMs: 1240,
  happened: [],
  broken: ['1 acknowledged and lost (bound 0): a'],
} as const;

const BROKEN: ScenarioResult = {
  id: 'R1',
  title: 'Redis killed',
  promise: 'every receipt survives',
  profile: 'durable',
  seed: 77,
  verdict: VERDICT,
  counters: { adopted: 1, absorbed: 2, fenced: 3 },
  slowness: 1,
  tookMs: 5,
  broken: VERDICT.broken,
};
const KEPT: ScenarioResult = { ...BROKEN, id: 'R2', broken: [], verdict: { ...VERDICT, lost: [], broken: [] } };

const ASKED = { minutes: 3, backlog: 5000 } as const;

test('a broken promise is told with the command that repeats it, a kept one is not', () => {
  expect(toFailures([KEPT], ASKED)).toBe('');
  const text = toFailures([BROKEN, KEPT], ASKED);
  expect(text).toContain('1 acknowledged and lost');
  expect(text).toContain('SEED=77 npm run chaos -- --only R1 --profile durable');
  expect(text).not.toContain('R2');
  expect(toFailures([{ ...BROKEN, id: 'W+Rk' }], ASKED)).toContain('--pairs --only W+Rk');
  expect(toFailures([{ ...BROKEN, id: 'nemesis' }], ASKED)).toContain('--minutes 3');
  expect(toFailures([{ ...BROKEN, id: 'O1' }], ASKED)).toContain('--only O1 --profile durable --backlog 5000');
});

test('the table names what was lost and what was not run', () => {
  const lines = toTable([BROKEN, KEPT, { ...KEPT, id: 'P6', skipped: 'needs root' }]).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[2]?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'R1 Redis killed',
    'durable',
    '10',
    '9',
    '0',
    '1',
    '0',
    '1 / 2 / 3',
    '1.2 s',
    'NO',
    '',
  ]);
  expect(lines[3]).toContain('yes');
  expect(lines[4]).toContain('skipped: needs root');
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test('a block of the page is replaced between its markers and nothing else', () => {
  const page = 'before\n<!-- chaos pairs: begin -->\nold\n<!-- chaos pairs: end -->\nafter\n';
  const once = replaceBlock(page, 'pairs', 'new');
  expect(once).toBe('before\n<!-- chaos pairs: begin -->\n\nnew\n\n<!-- chaos pairs: end -->\nafter\n');
  expect(replaceBlock(once, 'pairs', 'new')).toBe(once);
  expect(() => replaceBlock(page, 'nemesis', 'new')).toThrow('no block "nemesis"');
});
