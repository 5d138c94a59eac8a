import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outcome } from './outcome.ts';
import { runTool } from './run-tool.ts';

/** The kinds of test; each is a project of vitest.config.ts. */
export const TEST_KINDS = ['unit', 'integration', 'process', 'security'] as const;
export type TestKind = (typeof TEST_KINDS)[number];

/** Where outcome-reporter.ts leaves its result. */
export const OUTCOME_FILE = 'AUDITLANE_TEST_OUTCOME';

/** Which tests to run. */
export interface VitestRun {
  readonly kinds: readonly TestKind[];
  /** File name filters. */
  readonly filters: readonly string[];
  readonly signal: AbortSignal;
}

/** Runs the tests with their usual output. A run that ends without a result counts as one failure. */
export async function runVitest({ kinds, filters, signal }: VitestRun): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'auditlane-tests-'));
  const file = join(folder, 'outcome.json');
  try {
    const reporter = join(import.meta.dirname, 'outcome-reporter.ts');
    const { code } = await runTool({
      command: [
        'vitest',
        'run',
        ...kinds.flatMap((kind) => ['--project', kind]),
        '--reporter=default',
        `--reporter=${reporter}`,
        ...filters,
      ],
      output: 'show',
      env: { [OUTCOME_FILE]: file },
      signal,
    });
    return withStatus(readOutcome(file), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withStatus(outcome: Outcome | null, code: number): Outcome {
  if (outcome === null) return { passed: 0, failed: [`vitest ended with status ${code} and no result`], skipped: [] };
  if (code === 0 || outcome.failed.length > 0) return outcome;
  return { ...outcome, failed: [`vitest ended with status ${code}, though no test failed`] };
}

function readOutcome(file: string): Outcome | null {
  try {
    return Outcome.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
