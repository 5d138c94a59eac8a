import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Profile, Scenario } from './scenario.ts';

/** One scenario under one profile. */
export interface Run {
  readonly scenario: Scenario;
  readonly profile: Profile;
}

/** Which scenarios run under which profile, in the order of the registry. */
export function planRuns(
  scenarios: readonly Scenario[],
  o: { readonly only: readonly string[] | null; readonly profiles: readonly Profile[] },
): readonly Run[] {
  const isAsked = ({ id }: Scenario): boolean =>
    o.only === null || o.only.some((word) => word === id || (/^[A-Z]$/.test(word) && id.startsWith(word)));
  return scenarios
    .filter(isAsked)
    .flatMap((scenario) =>
      o.profiles
        .filter((profile) => scenario.profiles === undefined || scenario.profiles.includes(profile))
        .map((profile) => ({ scenario, profile })),
    );
}

/** Runs so many at a time; results come in the order of `runs`, and `onResult` hears of each when it is there. */
export async function runAll(
  runs: readonly Run[],
  o: {
    readonly seed: number;
    readonly jobs: number;
    readonly onResult: (result: ScenarioResult) => void;
    readonly onLog: (text: string) => void;
  },
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  const waiting = runs.entries();
  const work = async (): Promise<void> => {
    for (const [index, { scenario, profile }] of waiting) {
      const result = await runScenario(scenario, { profile, seed: o.seed, onLog: o.onLog });
      results[index] = result;
      o.onResult(result);
    }
  };
  await Promise.all(Array.from({ length: o.jobs }, work));
  return results;
}
