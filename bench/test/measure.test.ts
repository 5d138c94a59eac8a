import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureParts } from '../src/measure.ts';
import type { Part } from '../src/part.ts';
import { readResults } from '../src/report/results.ts';

const PARTS: readonly Part[] = ['first', 'broken', 'last'].map((name) => ({
  name,
  title: name,
  run: () => Promise.resolve([]),
}));

test('a part that fails is told and leaves out nothing of the others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'auditlane-bench-measure-'));
  const file = join(folder, 'results.json');
  const told: string[] = [];
  const kept: string[][] = [];
  try {
    const { results, failed } = await measureParts(PARTS, {
      rounds: 2,
      scale: 0.5,
      file,
      command: 'npm run bench',
      say: (line) => told.push(line),
      measure: async ({ name }, { rounds, scale }) => {
        if (name === 'last') kept.push((await readResults(file)).runs.map(({ part }) => part));
        if (name === 'broken') throw new Error('no server');
        return [{ part: name, name: 'rate', unit: 'events/s', values: [rounds, scale] }];
      },
    });
    expect(failed).toEqual(['broken']);
    expect(told[0]).toMatch(/^broken failed: Error: no server/);
    expect(told.at(-1)).toBe(`written to ${file}`);
    expect(kept, 'parts in the file before the last one ran').toEqual([['first']]);
    expect(results.runs.map(({ part }) => part)).toEqual(['first', 'last']);
    expect(results.measurements.map(({ values }) => values)).toEqual([
      [2, 0.5],
      [2, 0.5],
    ]);
    expect(await readResults(file)).toEqual(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
