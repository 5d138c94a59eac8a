import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { guardChild } from '@auditlane/embedded';
import { z } from 'zod';
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
 * Where the servers of a stack are, as every process of the project reads it. With room for what a benchmark pushes, and
 * waiting where there is none: a spool that took a part would make the queue look faster than it is.
 */
export function toProcessEnv(stack: Stack): Readonly<Record<string, string>> {
  return {
    REDIS_URL: stack.redis.url,
    DATABASE_URL: stack.postgres.url,
    AUDIT_WRITER_URL: stack.writerUrl,
    AUDIT_MAX_QUEUE_LENGTH: '5000000',
    AUDIT_OVERFLOW: 'wait',
  };
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
      ...process.env,
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
