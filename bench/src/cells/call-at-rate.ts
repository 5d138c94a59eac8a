import { z } from 'zod';
import { percentile } from '../report/statistics.ts';
import { startCell } from './run-cell.ts';

const Answer = z.object({
  called: z.number(),
  accepted: z.number(),
  seconds: z.number(),
  waits: z.array(z.number()),
});

/** How calls are made. */
export interface RateOptions {
  /** Calls a second, of all processes together. */
  readonly rate: number;
  readonly seconds: number;
  readonly clients: number;
  readonly processes: number;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds of the start whose waits do not count: neighbours still connect, and code is not compiled. Default 0. */
  readonly uncountedSeconds?: number;
}

/** What became of them. */
export interface Called {
  readonly called: number;
  /** Calls whose receipt says that the event is kept. */
  readonly accepted: number;
  readonly seconds: number;
  /** Milliseconds until the receipt. */
  readonly p50: number;
  readonly p99: number;
}

/** Calls `logAudit` at a constant rate from processes of their own. Each client's first call is extra, to connect, and not in `called`. */
export async function callAtRate(options: RateOptions): Promise<Called> {
  const { processes, clients, rate, seconds, env, uncountedSeconds = 0 } = options;
  const cells = Array.from({ length: processes }, async (_, index) => {
    const share = Math.floor(clients / processes) + (index < clients % processes ? 1 : 0);
    return Answer.parse(await startCell('rate', { args: [rate / processes, seconds, share, uncountedSeconds], env }));
  });
  const answers = await Promise.all(cells);
  const waits = answers.flatMap((answer) => answer.waits);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    called: sum(answers.map((answer) => answer.called)),
    accepted: sum(answers.map((answer) => answer.accepted)),
    seconds: Math.max(...answers.map((answer) => answer.seconds)),
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
  };
}
