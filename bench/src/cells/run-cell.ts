import { execFile } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { guardChild } from '@auditlane/embedded';
import { z } from 'zod';
import { plainEnv, toProcessEnv } from '../programs/process-env.ts';
import { profileArgs } from '../programs/profile-args.ts';
import type { Stack } from '../servers/stack.ts';

const run = promisify(execFile);
const MOST_OUTPUT_BYTES = 64 * 1024 ** 2;
/** Numbers only, and finite ones: a cell that divides by nothing fails here and not in the published table. */
const CellResult = z.record(z.string(), z.number());

/** What a process is started with; all of it reaches the process as text. */
interface StartOptions {
  readonly args: readonly (string | number)[];
  /** Added to the environment without settings of this project, which is also that of the processes that it starts. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As it is started by `runCell`: on the servers of a stack. */
export interface CellOptions extends StartOptions {
  readonly stack: Stack;
}

/**
 * Runs `cells/<name>-cell.ts` in a process of its own and returns what it prints, read as JSON: garbage and compiled code of
 * one variant are not paid by the next. Rejects with what the cell wrote to stderr when it fails.
 */
export async function startCell(name: string, { args, env }: StartOptions): Promise<unknown> {
  const path = resolve(import.meta.dirname, `${name}-cell.ts`);
  const options = { env: { ...plainEnv(), ...env }, maxBuffer: MOST_OUTPUT_BYTES };
  const variant = args.filter((arg) => typeof arg === 'string').join(' ');
  const profile = profileArgs(`${basename(name)} cell ${variant}`);
  const running = run(process.execPath, [...profile, path, ...args.map(String)], options);
  const { pid } = running.child;
  const release = pid === undefined ? (): void => undefined : guardChild(pid, 'SIGTERM');
  try {
    return JSON.parse((await running).stdout);
  } finally {
    release();
  }
}

/** Runs a cell on a stack and returns the numbers that it prints, by their names. Rejects as `startCell` does. */
export async function runCell(name: string, options: CellOptions): Promise<Readonly<Record<string, number>>> {
  const { stack, args, env } = options;
  const place = { BENCH_REDIS_PID: String(stack.redis.pid), BENCH_POSTGRES_PID: String(stack.postgres.pid) };
  return CellResult.parse(await startCell(name, { args, env: { ...toProcessEnv(stack), ...place, ...env } }));
}
