/** `npm run test:load`: the short form of the bench with pass and fail; exits 1 when a figure is missed or a part fails. */
import { currentLoad, describeMachine } from '../machine.ts';
import { measurePart } from '../measure.ts';
import type { Part } from '../part.ts';
import { caller } from '../parts/caller.ts';
import { drain } from '../parts/drain.ts';
import { operators } from '../parts/operators.ts';
import { scaleDepth } from '../parts/scale-depth.ts';
import { criticalWrite } from './critical-write.ts';
import { judge, type Judged } from './judge.ts';
import { LOAD_HELP, parseLoadOptions } from './options.ts';
import { withShortBounds } from './short-bounds.ts';

/** Those with figures to reach that mean something in a short run. */
const PARTS: readonly Part[] = [operators, drain, caller, criticalWrite, scaleDepth];

const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function judgePart(part: Part, scale: number, margin: number): Promise<readonly Judged[]> {
  try {
    return judge(withShortBounds(await measurePart(part, { rounds: 1, scale, say })), margin);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ name: `the part ${part.name} runs to its end`, isPassed: false, text }];
  }
}

async function testLoad(scale: number, margin: number): Promise<number> {
  print(`${describeMachine()}; load ${currentLoad()}`);
  print(`${scale} of the published amount of work; figures may be missed by a factor of ${margin}, zeros may not`);
  let failed = 0;
  let passed = 0;
  for (const part of PARTS) {
    print(`\n${part.title}`);
    for (const { name, isPassed, text } of await judgePart(part, scale, margin)) {
      print(`  ${isPassed ? 'pass' : 'FAIL'}  ${name}: ${text}`);
      if (isPassed) passed += 1;
      else failed += 1;
    }
  }
  print(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const options = parseLoadOptions(process.argv.slice(2));
if (options.kind === 'help') {
  print(LOAD_HELP);
} else if (options.kind === 'invalid') {
  process.stderr.write(`test:load: ${options.message}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await testLoad(options.scale, options.margin);
}
