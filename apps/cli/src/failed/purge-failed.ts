import type { PurgeSelection, Selection } from '@auditlane/dead-letters';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { flag } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { confirm } from '../terminal/confirm.ts';
import { toCounted } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';
import { explained } from './explain-letters-error.ts';
import { findSelected } from './find-ids.ts';
import { openLetters, type LettersAccess } from './open-letters.ts';
import { describeSelection, SELECTION_ARGUMENTS, SELECTION_OPTIONS, selectionInput, toSelection } from './selection.ts';
import { tellAction } from './tell-action.ts';

const Input = z.object({ ...selectionInput, yes: flag() });

/** `auditlane failed purge`: gone for good. */
export const purgeFailedCommand = defineCommand({
  path: ['failed', 'purge'],
  summary: 'Delete dead letters for good.',
  details: [
    'The events are lost then, which the log itself tells: an event (audit.dead_letters.purged) names who did it and what was deleted. It asks, unless --yes is given. If letters come or go between the question and the answer, nothing is deleted.',
  ],
  arguments: SELECTION_ARGUMENTS,
  options: { ...SELECTION_OPTIONS, yes: { description: 'Do not ask.' } },
  examples: ['failed purge 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f', 'failed purge --reason undecodable --yes'],
  input: Input,
  run: purgeFailed,
});

async function purgeFailed(context: CommandContext, input: z.output<typeof Input>): Promise<ExitCode> {
  const { output, asker } = context;
  const wanted = toSelection(input);
  const { letters, actor } = await openLetters(context);
  const selection = await findSelected(letters, wanted);
  const exact = await toExact(letters, selection);
  const count = 'ids' in exact ? exact.ids.length : exact.expected;
  if (count > 0) {
    await confirm(asker, `Delete ${describeSelection(selection)} (${count}) for good?`, input.yes);
  }
  const { selected, outcomes, action } = await explained(() => letters.purge(exact, actor));
  output.json({ action, selected, outcomes });
  if (selected === 0) {
    output.line('no such dead letters: nothing to purge');
    return EXIT.ok;
  }
  output.line(toStyled(`${toCounted(outcomes.purged, 'dead letter')} purged`, 'warning'));
  if (outcomes.absent > 0)
    output.line(`${toCounted(outcomes.absent, 'id')} without a dead letter: mistyped, or redriven or purged before`);
  tellAction(output, { action, selected });
  return outcomes.purged === selected ? EXIT.ok : EXIT.failed;
}

/** With the number of letters that the person is asked about, so that no other ones are deleted. */
async function toExact(letters: LettersAccess['letters'], selection: Selection): Promise<PurgeSelection> {
  if ('ids' in selection) return selection;
  if ('reason' in selection) return { ...selection, expected: await letters.count(selection) };
  return { all: true, expected: await letters.count() };
}
