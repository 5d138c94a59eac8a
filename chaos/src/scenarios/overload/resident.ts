import { readFile } from 'node:fs/promises';

/** The memory of a process at one time. */
export interface MemorySample {
  readonly atMs: number;
  readonly mb: number;
}

/** How the memory of a process developed once it was warm. */
export interface MemoryTrend {
  readonly seconds: number;
  readonly meanMb: number;
  /** What the line of best fit rises by from its beginning to its end. */
  readonly growthMb: number;
}

/** Memory that a process has in RAM, in MB; 0 when it has ended. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The trend of the samples later than `warmUpMs` after the first; zeros when there are fewer than two. */
export function toTrend(samples: readonly MemorySample[], warmUpMs: number): MemoryTrend {
  const beginMs = (samples[0]?.atMs ?? 0) + warmUpMs;
  const warm = samples.filter(({ atMs }) => atMs >= beginMs);
  const [first, last] = [warm.at(0), warm.at(-1)];
  if (first === undefined || last === undefined || first === last) return { seconds: 0, meanMb: 0, growthMb: 0 };
  const centerMs = mean(warm.map(({ atMs }) => atMs));
  const meanMb = mean(warm.map(({ mb }) => mb));
  const together = mean(warm.map(({ atMs, mb }) => (atMs - centerMs) * (mb - meanMb)));
  const spread = mean(warm.map(({ atMs }) => (atMs - centerMs) ** 2));
  const lastsMs = last.atMs - first.atMs;
  return { seconds: lastsMs / 1000, meanMb, growthMb: (together / spread) * lastsMs };
}
