// npm run check: types, lint, format, dead code, generated files, YAML.
import { runChecks } from './gate/checks.ts';
import { runGate } from './gate/run-gate.ts';

await runGate([runChecks]);
