import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const KnownProcess = z.object({ name: z.string(), pid: z.number().int().positive(), identity: z.string() }).readonly();

/** What a start writes down, so that a later one can find what a kill -9 left. */
const StackFile = z.object({
  /** The start itself. */
  owner: KnownProcess,
  /** npm and the bootstrap above it: a start that outlives them belongs to nobody. */
  parents: z.array(KnownProcess).readonly(),
  /** PM2's daemon and what it runs. */
  processes: z.array(KnownProcess).readonly(),
});
export type StackFile = Readonly<z.output<typeof StackFile>>;

/** The notes of the last start on this data folder; null when there are none or they were cut short. */
export function readStackFile(dataDir: string): StackFile | null {
  try {
    return StackFile.parse(JSON.parse(readFileSync(toPath(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** Replaces the notes in one step: a crash leaves the old ones or the new ones. */
export function writeStackFile(dataDir: string, stack: StackFile): void {
  const draft = `${toPath(dataDir)}.new`;
  writeFileSync(draft, JSON.stringify(stack, null, 2), { mode: 0o600 });
  renameSync(draft, toPath(dataDir));
}

function toPath(dataDir: string): string {
  return join(dataDir, 'stack.json');
}
