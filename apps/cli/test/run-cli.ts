/** Runs the real command line and collects what it says. */
import { makeRunDir, spawnProcess } from '@auditlane/testkit';
import { onTestFinished, vi } from 'vitest';

// A test runs several commands, each half a second of CPU, which a busy machine gives when it can.
vi.setConfig({ testTimeout: 120_000 });

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;

export interface CliResult {
  readonly code: number | null;
  /** Lines of standard output. */
  readonly out: readonly string[];
  /** Lines of standard error. */
  readonly err: readonly string[];
  /** The answer in JSON mode; undefined for anything else. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** An environment in which no running stack of the developer is found. */
export function toEnv(env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const dir = makeRunDir();
  onTestFinished(() => dir.remove());
  return { AUDIT_DATA_DIR: dir.path, ...env };
}

/** Runs `auditlane <args>`; standard input is no terminal. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = toEnv(),
): Promise<CliResult> {
  const cli = spawnProcess(MAIN, { args, env });
  const { code } = await cli.exited;
  const of = (wanted: 'stdout' | 'stderr'): readonly string[] =>
    cli.lines.filter(({ stream }) => stream === wanted).map(({ text }) => text);
  const json = cli.lines.find(({ stream }) => stream === 'stdout')?.json;
  return { code, out: of('stdout'), err: of('stderr'), json };
}
