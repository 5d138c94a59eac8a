import { join } from 'node:path';

/** Inherited by cells, which start programs, too. */
const FOLDER = 'BENCH_PROFILE_FOLDER';

/** From now on, programs that this process starts, and those that they start, write a CPU profile below `folder` at their end. */
export function profileInto(folder: string): void {
  process.env[FOLDER] = folder;
}

/** What comes first after `node`, so that a program writes its profile into a folder of its name; empty without `--profile`. */
export function profileArgs(name: string): readonly string[] {
  const folder = process.env[FOLDER];
  if (folder === undefined) return [];
  const program = name.replace(/^(?:a|the) /, '').replaceAll(/[^\w-]+/g, ' ');
  return ['--cpu-prof', `--cpu-prof-dir=${join(folder, program.trim().replaceAll(' ', '-'))}`];
}
