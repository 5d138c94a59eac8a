import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Part } from '../part.ts';
import { toSvg, type Chart } from './charts.ts';
import { toFigureTable, toMarkdown, toTable } from './report.ts';
import type { Results, RunOfPart } from './results.ts';

/** Where the docs are. */
export interface DocsPlace {
  readonly page: string;
  readonly charts: string;
}

/**
 * Replaces what stands between `<!-- bench <part>: begin -->` and `<!-- bench <part>: end -->`. Throws when the page has
 * not exactly one such pair: a table that silently goes nowhere would leave an old one published.
 */
export function rewriteBlock(page: string, part: string, body: string): string {
  const begin = `<!-- bench ${part}: begin -->`;
  const end = `<!-- bench ${part}: end -->`;
  const [before, rest, ...otherBegins] = page.split(begin);
  const [, after, ...otherEnds] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || otherBegins.length > 0 || otherEnds.length > 0) {
    throw new Error(`the page needs one block for the part "${part}": ${begin} and then ${end}`);
  }
  return `${before}${begin}\n\n${body.trim()}\n\n${end}${after}`;
}

/** What a chart shows, for whoever cannot see it. */
function describeChart({ title, xLabel, yLabel, series }: Chart): string {
  return `${title}: ${yLabel} by ${xLabel}, ${series.map(({ name }) => name).join(', ')}`.replaceAll(/[[\]]/g, '');
}

function toOrigin({ at, machine, load, command }: RunOfPart): string {
  return `${at.slice(0, 10)}, ${machine}, load ${load} before it: \`${command}\``;
}

function toBlock(part: Part, run: RunOfPart, results: Results, charts: readonly Chart[], folder: string): string {
  const shown = results.measurements.filter((measurement) => measurement.part === part.name);
  const images = charts.map((chart) => `![${describeChart(chart)}](${folder}/${chart.name}.svg)`);
  const limit = part.limit === undefined ? [] : [`**What limits it.** ${part.limit}`];
  const table = toMarkdown(toTable(shown, results.measurements));
  return [`## ${part.title}`, table, ...limit, ...images, toOrigin(run)].join('\n\n');
}

/** The pages beside the main one on which measured parts have a table, with that table. */
async function toGuides(
  folder: string,
  parts: readonly Part[],
  { runs, measurements }: Results,
): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const { name, guide } of parts) {
    const run = runs.find((each) => each.part === name);
    if (guide === undefined || run === undefined) continue;
    const path = join(folder, guide.page);
    const page = pages.get(path) ?? (await readFile(path, 'utf8'));
    const body = `${toMarkdown(guide.toTable(measurements))}\n\n${toOrigin(run)}`;
    pages.set(path, rewriteBlock(page, name, body));
  }
  return pages;
}

/**
 * Rewrites the blocks of the measured parts, here and on their guides, and their charts; `parts` are all there are. Once
 * all of them were measured, also the block `figures`. Every page is written once, after all blocks are made.
 */
export async function writeDocs(
  place: DocsPlace,
  parts: readonly Part[],
  results: Results,
): Promise<readonly string[]> {
  const folder = relative(dirname(place.page), place.charts);
  let page = await readFile(place.page, 'utf8');
  const charts: Chart[] = [];
  for (const part of parts) {
    const run = results.runs.find((each) => each.part === part.name);
    if (run === undefined) continue;
    const ofPart = part.charts?.(results.measurements) ?? [];
    charts.push(...ofPart);
    page = rewriteBlock(page, part.name, toBlock(part, run, results, ofPart, folder));
  }
  // Of some parts alone, the table would tell of figures that were not measured by leaving them out.
  const isWhole = parts.every(({ name }) => results.runs.some(({ part }) => part === name));
  if (isWhole) {
    const table = toMarkdown(toFigureTable(results.measurements));
    page = rewriteBlock(page, 'figures', `## Figures to reach\n\n${table}`);
  }
  const guides = await toGuides(dirname(place.page), parts, results);
  await mkdir(place.charts, { recursive: true });
  for (const chart of charts) await writeFile(join(place.charts, `${chart.name}.svg`), toSvg(chart));
  await writeFile(place.page, page);
  for (const [path, text] of guides) await writeFile(path, text);
  return [place.page, ...guides.keys(), ...charts.map((chart) => join(place.charts, `${chart.name}.svg`))];
}
