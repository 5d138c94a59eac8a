import type { ScenarioResult } from '../run-scenario.ts';

/** The command that makes the same faults at the same times again. */
export function toReplay(result: Pick<ScenarioResult, 'id' | 'profile' | 'seed'>, minutes: number): string {
  const pairs = result.id.includes('+') ? '--pairs ' : '';
  const what = result.id === 'nemesis' ? `--minutes ${minutes}` : `${pairs}--only ${result.id}`;
  return `SEED=${result.seed} npm run chaos -- ${what} --profile ${result.profile}`;
}

/** One block for each result that broke a promise: what was broken, and how to see it again. */
export function toFailures(results: readonly ScenarioResult[], minutes: number): string {
  return results
    .filter(({ broken }) => broken.length > 0)
    .map((result) => {
      const { id, profile, broken } = result;
      return [`${id} (${profile}) broke its promise:`, ...broken, `again: ${toReplay(result, minutes)}`].join('\n  ');
    })
    .join('\n\n');
}
