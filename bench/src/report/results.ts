import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { toRatio, toVerdict } from './compare.ts';
import type { Measurement } from './report.ts';
import { median } from './statistics.ts';

const bound = z.object({
  ratioAtLeast: z.number().optional(),
  ratioAtMost: z.number().optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
});

const measurement = z.object({
  part: z.string(),
  name: z.string(),
  // Memory was written as MB, and has always been counted in 1,048,576 bytes.
  unit: z.string().transform((unit) => (unit === 'MB' ? 'MiB' : unit)),
  // JSON has no NaN: a round without a value is null there.
  values: z.array(
    z
      .number()
      .nullable()
      .transform((value) => value ?? Number.NaN),
  ),
  comparedWith: z.string().optional(),
  bound: bound.optional(),
});

const Run = z.object({
  part: z.string(),
  at: z.iso.datetime(),
  command: z.string(),
  machine: z.string(),
  load: z.number(),
});

const Results = z.object({ runs: z.array(Run), measurements: z.array(measurement) });

/** When, where and how a part was measured. */
export type RunOfPart = z.output<typeof Run>;

/** What one or more runs of the bench measured. */
export interface Results {
  readonly runs: readonly RunOfPart[];
  readonly measurements: readonly Measurement[];
}

/** Writes the results as JSON, with ratios and verdicts for whoever draws from them. The file is whole at any time. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const all = results.measurements;
  const measurements = all.map((each) => ({
    ...each,
    median: each.values.length === 0 ? null : median(each.values),
    ratio: toRatio(each, all)?.median ?? null,
    isReached: toVerdict(each, all)?.isReached ?? null,
  }));
  await writeFile(`${path}.part`, `${JSON.stringify({ ...results, measurements }, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

/** Reads results; rejects with the path and the reason when the file is none of ours. */
export async function readResults(path: string): Promise<Results> {
  try {
    return Results.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`${path} holds no results of this bench`, { cause: error });
  }
}

/** One after another; a part that was measured again replaces what was there of it. */
export function mergeResults(several: readonly Results[]): Results {
  return several.reduce<Results>(
    (merged, each) => {
      const again = new Set(each.runs.map(({ part }) => part));
      return {
        runs: [...merged.runs.filter(({ part }) => !again.has(part)), ...each.runs],
        measurements: [...merged.measurements.filter(({ part }) => !again.has(part)), ...each.measurements],
      };
    },
    { runs: [], measurements: [] },
  );
}
