import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { guardChild } from '@auditlane/embedded';
import { z } from 'zod';
import { plainEnv, toProcessEnv } from '../programs/process-env.ts';
import type { Stack } from '../servers/stack.ts';

const run = promisify(execFile);
/** Numbers only, and finite ones: a cell that divides by nothing fails here and not in the published table. */
const CellResult = z.record(z.string(), z.number());

/** What a cell is started with; all of it reaches the cell as text. */
export interface CellOptions {
  readonly stack: Stack;
  readonly args: readonly (string | number)[];
  /** Added to the environment of the cell and of the processes that it starts. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs `cells/<name>-cell.ts` in a process of its own and returns the numbers that it prints: garbage and compiled code
 * of one variant are not paid by the next. Rejects with what the cell wrote to stderr when it fails.
 */
export async function runCell(name: string, options: CellOptions): Promise<Readonly<Record<string, number>>> {
  const { stack, args, env } = options;
  const path = resolve(import.meta.dirname, `${name}-cell.ts`);
  const running = run(process.execPath, [path, ...args.map(String)], {
    env: {
      ...plainEnv(),
      ...toProcessEnv(stack),
      BENCH_REDIS_PID: String(stack.redis.pid),
      BENCH_POSTGRES_PID: String(stack.postgres.pid),
      ...env,
    },
  });
  const { pid } = running.child;
  const release = pid === undefined ? (): void => undefined : guardChild(pid, 'SIGTERM');
  try {
    const { stdout } = await running;
    return CellResult.parse(JSON.parse(stdout));
  } finally {
    release();
  }
}
