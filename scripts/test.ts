// npm test: the whole gate. `npm run test:unit` and the like run the tests of one kind; further words filter by file.
import { EXIT } from '@auditlane/runtime';
import { runChecks } from './gate/checks.ts';
import { runGate } from './gate/run-gate.ts';
import { runVitest, TEST_KINDS } from './gate/vitest.ts';

const [first, ...rest] = process.argv.slice(2);
const kind = TEST_KINDS.find((known) => known === first);
if (first?.startsWith('-') === true) {
  process.stderr.write(
    `auditlane: unknown option ${first}; usage: npm test [-- <${TEST_KINDS.join('|')}> [file filter…]]\n`,
  );
  process.exit(EXIT.usage);
}
if (first === undefined) {
  await runGate([runChecks, (signal) => runVitest({ kinds: TEST_KINDS, filters: [], signal })]);
}
const filters = kind === undefined && first !== undefined ? [first, ...rest] : rest;
await runGate([(signal) => runVitest({ kinds: kind === undefined ? TEST_KINDS : [kind], filters, signal })]);
