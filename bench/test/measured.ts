import { expect } from 'vitest';
import type { PartContext } from '../src/part.ts';
import type { Measurement } from '../src/report/report.ts';
import { openScratchFolder } from '../src/servers/scratch-folder.ts';
import { startStack } from '../src/servers/stack.ts';

/** For processes that are started many times; a busy machine is no reason to fail. */
export const DEADLINE_MS = 300_000;

/** Runs a part on a stack of its own, in one round at the smallest scale. */
export async function measureSmallest(
  run: (context: PartContext) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  await using folder = await openScratchFolder('auditlane-bench-test-');
  await using stack = await startStack();
  return await run({ stack, rounds: 1, scale: 0.005, directory: folder.path, say: () => undefined });
}

/** Fails unless exactly these were measured, each with finite positive numbers, and compared with what is there. */
export function expectMeasured(measured: readonly Measurement[], names: readonly string[]): void {
  expect(measured.map(({ name }) => name).toSorted()).toEqual([...names].toSorted());
  for (const { name, values, comparedWith } of measured) {
    expect(values.length, name).toBeGreaterThan(0);
    for (const value of values) expect(Number.isFinite(value) && value > 0, `${name}: ${value}`).toBe(true);
    if (comparedWith !== undefined) expect(names, `what ${name} is compared with`).toContain(comparedWith);
  }
}
