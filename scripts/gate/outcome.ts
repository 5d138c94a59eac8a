import * as z from 'zod';

/** What a part of the gate found. Each check counts as one test. */
export const Outcome = z.object({
  passed: z.number().int(),
  /** Names of what failed. */
  failed: z.array(z.string()).readonly(),
  skipped: z.array(z.object({ name: z.string(), reason: z.string() }).readonly()).readonly(),
});
export type Outcome = Readonly<z.output<typeof Outcome>>;

/** Adds the parts up. */
export function sumOutcomes(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  };
}

/** The summary: failures and the reason of each skip, then the one line that scripts read. */
export function toSummary({ passed, failed, skipped }: Outcome): string {
  return [
    ...failed.map((name) => `failed: ${name}`),
    ...skipped.map(({ name, reason }) => `skipped: ${name}: ${reason}`),
    `${passed} passed, ${failed.length} failed${skipped.length === 0 ? '' : `, ${skipped.length} skipped`}`,
  ].join('\n');
}
