import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What V8 writes with `--cpu-prof`; lines count from 0, times are microseconds. */
const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

/** Time inside one function itself, without what it called, in microseconds. */
export interface SelfTime {
  readonly name: string;
  /** The file, relative to the repository or without all before the name of its package, and the line; empty for what V8 itself does. */
  readonly place: string;
  readonly micros: number;
}

/** Where the time of a program went, over all of its processes. */
export interface ProgramProfile {
  readonly program: string;
  readonly processes: number;
  readonly idleMicros: number;
  readonly garbageMicros: number;
  /** The longest first, without the two above. */
  readonly functions: readonly SelfTime[];
}

const IDLE = '(idle)';
const GARBAGE = '(garbage collector)';

function toPlace(url: string, line: number, root: string): string {
  if (url === '') return '';
  const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url;
  return `${path.replace(/^.*node_modules\//, '')}:${line + 1}`;
}

async function addProfile(times: Map<string, SelfTime>, path: string, root: string): Promise<void> {
  const { nodes, samples, timeDeltas } = CpuProfile.parse(JSON.parse(await readFile(path, 'utf8')));
  const micros = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    // A delta is the time up to its sample: what a sample found ran until the next one.
    micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[at + 1] ?? 0));
  }
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const name = functionName === '' ? '(anonymous)' : functionName;
    const place = toPlace(url, lineNumber, root);
    const key = `${name} ${place}`;
    times.set(key, { name, place, micros: (times.get(key)?.micros ?? 0) + (micros.get(id) ?? 0) });
  }
}

async function readProgram(folder: string, program: string, root: string): Promise<ProgramProfile> {
  const times = new Map<string, SelfTime>();
  const files = (await readdir(join(folder, program))).filter((file) => file.endsWith('.cpuprofile'));
  for (const file of files) await addProfile(times, join(folder, program, file), root);
  const all = [...times.values()].filter(({ micros }) => micros > 0);
  const microsOf = (name: string): number => all.find((each) => each.name === name && each.place === '')?.micros ?? 0;
  const functions = all
    .filter(({ name, place }) => place !== '' || (name !== IDLE && name !== GARBAGE))
    .toSorted((a, b) => b.micros - a.micros);
  return { program, processes: files.length, idleMicros: microsOf(IDLE), garbageMicros: microsOf(GARBAGE), functions };
}

/**
 * Reads the profiles below `folder`, which has a folder for each program with a file for each of its processes; `root` is the
 * repository. None when no program has written one. Rejects when a file is no profile.
 */
export async function readProfiles(folder: string, root: string): Promise<readonly ProgramProfile[]> {
  const programs = await readdir(folder).catch(() => []);
  const profiles: ProgramProfile[] = [];
  for (const program of programs.toSorted()) profiles.push(await readProgram(folder, program, root));
  return profiles;
}
