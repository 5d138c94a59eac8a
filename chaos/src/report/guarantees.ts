import { readFile, writeFile } from 'node:fs/promises';
import type { ScenarioResult } from '../run-scenario.ts';
import { toTable } from './table.ts';
import { describeMachine } from './write-results.ts';

/** The parts of the page that runs write. */
export type Block = 'faults' | 'backlog' | 'pairs' | 'nemesis';

function toMarkers(block: Block): { readonly begin: string; readonly end: string } {
  return { begin: `<!-- chaos ${block}: begin -->`, end: `<!-- chaos ${block}: end -->` };
}

/** Puts `text` between the markers of a block; throws when the page has none. */
export function replaceBlock(page: string, block: Block, text: string): string {
  const { begin, end } = toMarkers(block);
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no block "${block}" between its markers`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Writes the table of a whole run into the page, with machine and command below it. */
export async function writeGuarantees(
  path: string,
  run: { readonly block: Block; readonly command: string; readonly results: readonly ScenarioResult[] },
): Promise<void> {
  const when = new Date().toISOString().slice(0, 10);
  const text = `${toTable(run.results)}\n\n\`${run.command}\` on ${describeMachine()}, ${when}.`;
  await writeFile(path, replaceBlock(await readFile(path, 'utf8'), run.block, text));
}
