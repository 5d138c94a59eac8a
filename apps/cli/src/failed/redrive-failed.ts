import type { ActionResult, RedriveOutcome } from '@auditlane/dead-letters';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { flag } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../terminal/output.ts';
import { toCount, toCounted } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';
import { explained } from './explain-letters-error.ts';
import { findSelected } from './find-ids.ts';
import { openLetters } from './open-letters.ts';
import { SELECTION_ARGUMENTS, SELECTION_OPTIONS, selectionInput, toSelection } from './selection.ts';
import { tellAction } from './tell-action.ts';

const Input = z.object({ ...selectionInput, yes: flag() });

/** Why some were not redriven, and what to do; follows their number. */
const REMEDIES: Readonly<Record<Exclude<RedriveOutcome, 'redriven'>, string>> = {
  absent: 'without a dead letter: mistyped, or redriven or purged before',
  full: 'left, since the queue is full: run it again when it has room (npx auditlane status)',
  truncated: 'left, too large to have been kept whole: failed edit can make an event of it',
  unreadable: 'left, not written by Auditlane: failed show, then failed purge',
};

/** `auditlane failed redrive`: back into the queue. */
export const redriveFailedCommand = defineCommand({
  path: ['failed', 'redrive'],
  summary: 'Put dead letters back into the queue, to be stored now that the cause is mended.',
  details: [
    'Each keeps its id, so running it twice stores nothing twice. One that still cannot be stored comes back with one try more. Exits 1 unless all were put back. Before and after, an event (audit.dead_letters.redriven) tells who did it.',
  ],
  arguments: SELECTION_ARGUMENTS,
  options: { ...SELECTION_OPTIONS, yes: { description: 'Changes nothing: redriving does not ask.' } },
  examples: [
    'failed redrive 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f',
    'failed redrive --reason rejected_by_postgres',
    'failed redrive --all',
  ],
  input: Input,
  run: redriveFailed,
});

async function redriveFailed(context: CommandContext, input: z.output<typeof Input>): Promise<ExitCode> {
  const selection = toSelection(input);
  const { letters, actor } = await openLetters(context);
  const exact = await findSelected(letters, selection);
  const result = await explained(() => letters.redrive(exact, actor));
  context.output.json(result);
  return showRedriven(context.output, result);
}

/** The outcome in words, and the exit code: 0 when none was left behind. */
function showRedriven(output: Output, result: ActionResult<RedriveOutcome>): ExitCode {
  const { selected, outcomes } = result;
  if (selected === 0) {
    output.line('no such dead letters: nothing to redrive');
    return EXIT.ok;
  }
  const { redriven, ...others } = outcomes;
  output.line(toStyled(`${toCounted(redriven, 'dead letter')} redriven`, redriven === selected ? 'good' : 'warning'));
  for (const [outcome, remedy] of Object.entries(REMEDIES)) {
    const count = Object.entries(others).find(([name]) => name === outcome)?.[1] ?? 0;
    if (count > 0) output.line(`${toCount(count)} ${remedy}`);
  }
  tellAction(output, result);
  return redriven === selected ? EXIT.ok : EXIT.failed;
}
