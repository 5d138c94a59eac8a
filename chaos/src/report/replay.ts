import type { ScenarioResult } from '../run-scenario.ts';

/** What a run was asked for, as far as its faults follow from it. */
export interface Asked {
  readonly minutes: number;
  readonly backlog: number;
}

/** The command that makes the same faults at the same times again. */
export function toReplay(result: Pick<ScenarioResult, 'id' | 'profile' | 'seed'>, { minutes, backlog }: Asked): string {
  const pairs = result.id.includes('+') ? '--pairs ' : '';
  const what = result.id === 'nemesis' ? `--minutes ${minutes}` : `${pairs}--only ${result.id}`;
  const size = result.id === 'O1' ? ` --backlog ${backlog}` : '';
  return `SEED=${result.seed} npm run chaos -- ${what} --profile ${result.profile}${size}`;
}

/** One block for each result that broke a promise: what was broken, and how to see it again. */
export function toFailures(results: readonly ScenarioResult[], asked: Asked): string {
  return results
    .filter(({ broken }) => broken.length > 0)
    .map((result) => {
      const { id, profile, broken } = result;
      return [`${id} (${profile}) broke its promise:`, ...broken, `again: ${toReplay(result, asked)}`].join('\n  ');
    })
    .join('\n\n');
}
