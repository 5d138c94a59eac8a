import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeResults, readResults, writeResults, type Results } from '../src/report/results.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auditlane-bench-results-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function resultsOf(part: string, at: string, values: readonly number[]): Results {
  return {
    runs: [{ part, at, command: 'npm run bench', machine: '2 cores', load: 0 }],
    measurements: [{ part, name: 'rate', unit: 'events/s', values, bound: { atLeast: 5 } }],
  };
}

const MORNING = '2026-01-02T08:00:00.000Z';
const EVENING = '2026-01-02T20:00:00.000Z';

test('results are read as they were written, in a folder made for them', async () => {
  const path = join(folder, 'made', 'run.json');
  const results = resultsOf('drain', MORNING, [4, 6, 5]);
  await writeResults(path, results);
  expect(await readResults(path)).toEqual(results);
  expect(await readdir(join(folder, 'made'))).toEqual(['run.json']);
});

test('the file tells medians and verdicts to whoever draws from it', async () => {
  const path = join(folder, 'verdicts.json');
  await writeResults(path, resultsOf('drain', MORNING, [4, 6, 5]));
  const text = await readFile(path, 'utf8');
  expect(JSON.parse(text)).toMatchObject({ measurements: [{ median: 5, isReached: true, ratio: null }] });
});

test('a round without a value stays one', async () => {
  const path = join(folder, 'gap.json');
  await writeResults(path, resultsOf('drain', MORNING, [4, Number.NaN]));
  expect((await readResults(path)).measurements[0]?.values).toEqual([4, Number.NaN]);
});

test('memory that a file calls MB is read as the MiB that it was', async () => {
  const path = join(folder, 'memory.json');
  const { runs, measurements } = resultsOf('drain', MORNING, [4]);
  for (const unit of ['MB', 'MB/s']) {
    await writeResults(path, { runs, measurements: measurements.map((each) => ({ ...each, unit })) });
    expect((await readResults(path)).measurements[0]?.unit).toBe(unit === 'MB' ? 'MiB' : unit);
  }
});

test('a part that was measured again replaces what was there of it', () => {
  const morning = mergeResults([resultsOf('drain', MORNING, [1]), resultsOf('peers', MORNING, [2])]);
  const merged = mergeResults([morning, resultsOf('drain', EVENING, [3])]);
  expect(merged.runs.map(({ part, at }) => [part, at])).toEqual([
    ['peers', MORNING],
    ['drain', EVENING],
  ]);
  expect(merged.measurements.map(({ part, values }) => [part, ...values])).toEqual([
    ['peers', 2],
    ['drain', 3],
  ]);
});

test.each(['', '{}', '[1]', '{"runs":[],"measurements":[{"part":1}]}'])(
  'a file with %j is refused by name',
  async (text) => {
    const path = join(folder, 'foreign.json');
    await writeFile(path, text);
    await expect(readResults(path)).rejects.toThrow(`${path} holds no results of this bench`);
  },
);
