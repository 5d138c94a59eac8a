import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Outcome } from './outcome.ts';
import { OUTCOME_FILE } from './vitest.ts';

/** Leaves what the run found where gate/vitest.ts looks for it. Files that could not be run count as failures. */
// vitest loads a reporter by the default export of its file.
// oxlint-disable-next-line import/no-default-export
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const outcome: Outcome = {
      passed: cases.filter((test) => test.result().state === 'passed').length,
      failed: [
        ...cases.filter((test) => test.result().state === 'failed').map(nameOf),
        ...modules.flatMap(toFileFailures),
        ...unhandled.map((error) => `unhandled error: ${error.message}`),
      ],
      skipped: cases.filter((test) => isSkipped(test)).map((test) => ({ name: nameOf(test), reason: reasonOf(test) })),
    };
    const path = process.env[OUTCOME_FILE];
    if (path !== undefined) writeFileSync(path, JSON.stringify(outcome));
  }
}

/** A file that fails outside its tests, in an import or a hook, has errors of its own. */
function toFileFailures(module: TestModule): readonly string[] {
  const suites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => `${suite.fullName}: ${error.message}`),
  );
  return [...module.errors().map((error) => error.message), ...suites].map(
    (message) => `${module.relativeModuleId}: ${message}`,
  );
}

function isSkipped(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'skipped' || state === 'pending';
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason was given';
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
