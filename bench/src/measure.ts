import { COPY_PROGRAM } from './clocks/copy-file.ts';
import { currentLoad, describeMachine } from './machine.ts';
import type { Part, PartContext } from './part.ts';
import type { Measurement } from './report/report.ts';
import { mergeResults, writeResults, type Results } from './report/results.ts';
import { openScratchFolder } from './servers/scratch-folder.ts';
import { startStack } from './servers/stack.ts';

/** How a run measures, and where it keeps what it has. */
export interface MeasureOptions extends Pick<PartContext, 'rounds' | 'scale' | 'say'> {
  /** Written after each part. */
  readonly file: string;
  /** The command line that repeats the run. */
  readonly command: string;
  /** Default: on servers of its own. */
  readonly measure?: typeof measurePart;
}

/** What a run came to. */
export interface MeasuredParts {
  readonly results: Results;
  /** The names of the parts that failed; each has been told. */
  readonly failed: readonly string[];
}

/** Runs one part on servers and in a folder of its own: no part pays for what another one left behind. */
export async function measurePart(
  part: Part,
  options: Pick<PartContext, 'rounds' | 'scale' | 'say'>,
): Promise<readonly Measurement[]> {
  await using folder = await openScratchFolder('auditlane-bench-part-');
  await using stack = await startStack();
  return await part.run({ ...options, stack, directory: folder.path });
}

/** Measures part after part. One that fails is told and left out: hours of the others must not be lost with it. */
export async function measureParts(parts: readonly Part[], options: MeasureOptions): Promise<MeasuredParts> {
  const { rounds, scale, say, file, command, measure = measurePart } = options;
  const machine = `${describeMachine()}, COPY by ${COPY_PROGRAM}`;
  const failed: string[] = [];
  let results: Results = { runs: [], measurements: [] };
  for (const part of parts) {
    const run = { part: part.name, at: new Date().toISOString(), command, machine, load: currentLoad() };
    try {
      const measurements = await measure(part, { rounds, scale, say });
      results = mergeResults([results, { runs: [run], measurements }]);
      await writeResults(file, results);
    } catch (error) {
      failed.push(part.name);
      say(`${part.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (results.runs.length > 0) say(`written to ${file}`);
  return { results, failed };
}
