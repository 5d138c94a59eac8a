import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ScenarioResult } from '../run-scenario.ts';

const SHOWN_IDS = 100;

/** The machine in one line. */
export function describeMachine(): string {
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memoryGib} GiB, Node ${process.version}`;
}

/** Ids by the hundred thousand help nobody. */
function shorten(_name: string, value: unknown): unknown {
  return Array.isArray(value) && value.length > SHOWN_IDS
    ? [...value.slice(0, SHOWN_IDS), `… ${value.length} in all`]
    : value;
}

/** Writes the run as JSON into `directory` and tells the path. */
export async function writeResults(
  directory: string,
  run: { readonly command: string; readonly results: readonly ScenarioResult[] },
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const at = new Date().toISOString();
  const path = join(directory, `${at.replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(path, `${JSON.stringify({ at, machine: describeMachine(), ...run }, shorten, 2)}\n`);
  return path;
}
