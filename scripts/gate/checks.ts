import { checkYaml } from './check-yaml.ts';
import type { Outcome } from './outcome.ts';
import { runTool, type ToolResult } from './run-tool.ts';

/** One check of the tree that needs no test file. */
interface Check {
  readonly name: string;
  readonly remedy: string;
  run(signal: AbortSignal): Promise<ToolResult>;
}

function tool(name: string, remedy: string, command: readonly [string, ...string[]]): Check {
  return { name, remedy, run: (signal) => runTool({ command, output: 'keep', signal }) };
}

const CHECKS: readonly Check[] = [
  tool('types', 'npm run typecheck', ['tsc', '-p', '.']),
  tool('lint', 'npm run lint', ['oxlint', '--type-aware', '--deny-warnings']),
  tool('format', 'npm run format', ['oxfmt', '--check']),
  tool('dead code', 'npm run knip', ['knip', '--no-progress']),
  tool('generated files', 'npm run generate', ['node', 'scripts/generate.ts', '--check']),
  { name: 'yaml', remedy: 'mend the file', run: checkYaml },
];

/** Runs every check, two at a time, and prints one line for each, with the output of those that fail. */
export async function runChecks(signal: AbortSignal): Promise<Outcome> {
  const results = new Map<Check, boolean>();
  const waiting = [...CHECKS];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      results.set(check, await runCheck(check, signal));
    }
  };
  await Promise.all([work(), work()]);
  const failed = CHECKS.filter((check) => results.get(check) !== true);
  return {
    passed: CHECKS.length - failed.length,
    failed: failed.map(({ name, remedy }) => `check "${name}" (${remedy})`),
    skipped: [],
  };
}

async function runCheck({ name, run }: Check, signal: AbortSignal): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await run(signal);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name} ${seconds} s\n`);
  if (code !== 0) process.stdout.write(`${output.replaceAll(/^/gm, '    ')}\n`);
  return code === 0;
}
