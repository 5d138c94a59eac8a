import { EXIT } from '@auditlane/runtime';
import { findParents, watchParents } from '../start/parents.ts';
import { sumOutcomes, toSummary, type Outcome } from './outcome.ts';

const INTERRUPTED = 130;

/**
 * Runs the parts one after the other, prints the summary and ends the process with the right status. A Ctrl-C ends
 * the running part, which stops the servers it has started.
 */
export async function runGate(parts: readonly ((signal: AbortSignal) => Promise<Outcome>)[]): Promise<never> {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  watchParents(findParents(), end);
  const outcomes: Outcome[] = [];
  for (const part of parts) {
    if (controller.signal.aborted) break;
    outcomes.push(await part(controller.signal));
  }
  if (controller.signal.aborted) {
    process.stderr.write('auditlane: interrupted\n');
    process.exit(INTERRUPTED);
  }
  const outcome = sumOutcomes(outcomes);
  process.stdout.write(`\n${toSummary(outcome)}\n`);
  process.exit(outcome.failed.length === 0 && outcome.passed > 0 ? EXIT.ok : EXIT.failed);
}
