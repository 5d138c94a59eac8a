import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Part } from '../src/part.ts';
import { securityBatching } from '../src/parts/security-batching.ts';
import { PARTS } from '../src/registry.ts';
import { rewriteBlock, writeDocs } from '../src/report/docs.ts';
import type { Results } from '../src/report/results.ts';

const PAGE = `# Benchmarks

<!-- bench figures: begin -->
<!-- bench figures: end -->

<!-- bench drain: begin -->
old
<!-- bench drain: end -->

Text between.

<!-- bench peers: begin -->
kept
<!-- bench peers: end -->
`;

const drain: Part = {
  name: 'drain',
  title: 'Draining a backlog',
  run: () => Promise.resolve([]),
  charts: (all) => [
    {
      name: 'drain-rate',
      title: 'Drain rate',
      xLabel: 'round',
      yLabel: 'events/s',
      series: [
        { name: 'two workers', points: all.flatMap(({ values }) => values.map((value, at) => [at, value] as const)) },
      ],
    },
  ],
};
const peers: Part = { name: 'peers', title: 'Peers', run: () => Promise.resolve([]) };

const results: Results = {
  runs: [
    {
      part: 'drain',
      at: '2026-01-02T03:04:05.000Z',
      command: 'npm run bench -- --parts drain',
      machine: '2 cores',
      load: 0.1,
    },
  ],
  measurements: [{ part: 'drain', name: 'two workers', unit: 'events/s', values: [50_000] }],
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'auditlane-bench-docs-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('only the block of its part is rewritten', () => {
  const page = rewriteBlock(PAGE, 'drain', '## New\n');
  expect(page).toBe(PAGE.replace('\nold\n', '\n\n## New\n\n'));
  expect(rewriteBlock(page, 'drain', '## New')).toBe(page);
});

test('text that means something to String.replace is written as it is', () => {
  expect(rewriteBlock(PAGE, 'drain', "costs $& and $1 and $'")).toContain("costs $& and $1 and $'");
});

test.each([
  ['no block', PAGE.replaceAll('bench drain', 'bench other')],
  ['a block without an end', PAGE.replace('<!-- bench drain: end -->', '')],
  ['an end before its begin', '<!-- bench drain: end --><!-- bench drain: begin -->'],
  ['two blocks', PAGE + PAGE],
])('a page with %s is not written', (_, page) => {
  expect(() => rewriteBlock(page, 'drain', 'new')).toThrow('needs one block for the part "drain"');
});

test('tables, charts, machine and command are written for what was measured, and for nothing else', async () => {
  await inFolder(async (folder) => {
    const place = { page: join(folder, 'benchmarks.md'), charts: join(folder, 'charts') };
    await writeFile(place.page, PAGE);
    await writeDocs(place, [drain, peers], results);
    const page = await readFile(place.page, 'utf8');
    expect(page).toContain(
      '## Draining a backlog\n\n| measured | median |\n|---|---|\n| two workers | 50,000 events/s |',
    );
    expect(page).toContain('![Drain rate: events/s by round, two workers](charts/drain-rate.svg)');
    expect(page).toContain('2026-01-02, 2 cores, load 0.1 before it: `npm run bench -- --parts drain`');
    expect(page).toContain('\nkept\n');
    expect(await readdir(place.charts)).toEqual(['drain-rate.svg']);
  });
});

test('the table of all figures is written only when every part was measured', async () => {
  await inFolder(async (folder) => {
    const place = { page: join(folder, 'benchmarks.md'), charts: join(folder, 'charts') };
    await writeFile(place.page, PAGE);
    const judged = {
      ...results,
      measurements: results.measurements.map((each) => ({ ...each, bound: { atLeast: 1 } })),
    };
    await writeDocs(place, [drain, peers], judged);
    expect(await readFile(place.page, 'utf8')).not.toContain('| part |');
    await writeDocs(place, [drain], judged);
    expect(await readFile(place.page, 'utf8')).toContain(
      '| drain | two workers | ≥ 1 events/s | 50,000 events/s | reached |',
    );
  });
});

test('a part may have a table on another page, and nothing is written when that page has no block for it', async () => {
  await inFolder(async (folder) => {
    const place = { page: join(folder, 'benchmarks.md'), charts: join(folder, 'charts') };
    const guided: Part = {
      ...drain,
      guide: {
        page: 'guide.md',
        toTable: (all) => ({ head: ['workers', 'rate'], rows: all.map(({ name, values }) => [name, `${values[0]}`]) }),
      },
    };
    const guide = join(folder, 'guide.md');
    await writeFile(place.page, PAGE);
    await writeFile(guide, '# Guide\n');
    await expect(writeDocs(place, [guided, peers], results)).rejects.toThrow('needs one block for the part "drain"');
    expect(await readFile(place.page, 'utf8')).toBe(PAGE);
    await writeFile(guide, '# Guide\n\n<!-- bench drain: begin -->\n<!-- bench drain: end -->\n');
    expect(await writeDocs(place, [guided, peers], results)).toContain(guide);
    expect(await readFile(guide, 'utf8')).toContain(
      '| workers | rate |\n|---|---|\n| two workers | 50000 |\n\n2026-01-02, 2 cores, load 0.1 before it: `npm run bench',
    );
    await writeDocs(place, [peers], results);
    expect(await readFile(guide, 'utf8')).toContain('| two workers | 50000 |');
  });
});

test('a page that lacks a block stays as it was', async () => {
  await inFolder(async (folder) => {
    const place = { page: join(folder, 'benchmarks.md'), charts: join(folder, 'charts') };
    await writeFile(place.page, 'nothing here\n');
    await expect(writeDocs(place, [drain], results)).rejects.toThrow('needs one block');
    expect(await readFile(place.page, 'utf8')).toBe('nothing here\n');
    expect(await readdir(folder)).toEqual(['benchmarks.md']);
  });
});

test('the published page has a block for every part, and every part a name of its own', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8');
  for (const name of ['figures', ...PARTS.map((part) => part.name)]) {
    expect(() => rewriteBlock(page, name, ''), name).not.toThrow();
  }
  expect(new Set(PARTS.map(({ name }) => name)).size).toBe(PARTS.length);
  for (const { name, guide } of PARTS) {
    if (guide === undefined) continue;
    const text = await readFile(resolve(import.meta.dirname, '../../docs', guide.page), 'utf8');
    expect(() => rewriteBlock(text, name, ''), guide.page).not.toThrow();
  }
});

test('the table for tuning has the medians of each size, wait and priority in a line', () => {
  const name = '1,000/s, batches of 5';
  const table = securityBatching.guide?.toTable([
    { part: 'security-batching', name: `${name}, rows a transaction`, unit: 'rows', values: [4, 6, 5] },
    { part: 'security-batching', name: `${name}, call to row, p99`, unit: 'ms', values: [16.25] },
    { part: 'another', name: `${name}, write-ahead log`, unit: 'bytes an event', values: [1] },
  ]);
  expect(table?.head).toEqual([
    'events',
    'rows a transaction',
    'write-ahead log, bytes an event',
    'CPU of the application, µs an event',
    'CPU of Redis, worker and Postgres, µs an event',
    'call to row, p50, ms',
    'call to row, p99, ms',
  ]);
  expect(table?.rows.find(([first]) => first === name)).toEqual([name, '5', '–', '–', '–', '–', '16.3']);
  expect(table?.rows.map(([first]) => first)).toContain('20/s, CRITICAL');
});
