import type { EditedLetterDetails, LetterDetails } from '@auditlane/dead-letters';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { CliError } from '../command-line/cli-error.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { flag, text } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { toShellWord } from '../history/shell-word.ts';
import { toSafeJson } from '../terminal/neutralize.ts';
import type { Output } from '../terminal/output.ts';
import { toBytes, toCounted, toTime } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';
import { findIdOrTyped, toAbsentError } from './find-ids.ts';
import { openLetters } from './open-letters.ts';
import { toJsonDetails } from './to-json.ts';

const Input = z.object({ id: text(300), entry: flag() });

type Shown = LetterDetails | EditedLetterDetails;

const PLACES: Readonly<Record<Shown['place'], string>> = {
  list: 'in Redis',
  table: 'in the table audit_dead_letters',
  originals: 'in the table audit_dead_letter_originals, as it was before the edit',
};
const LABEL_WIDTH = 10;
/** Of what was in the queue, about 4 KiB: more would push all the rest out of sight. */
const MOST_SHOWN = 4096;

/** `auditlane failed show`: everything about one dead letter. */
export const showFailedCommand = defineCommand({
  path: ['failed', 'show'],
  summary: 'Show one dead letter: the event, why it could not be stored, how often and by whom it was tried.',
  details: ['Of one that failed edit put back into the queue: the original, and whether its event is stored by now.'],
  arguments: [{ name: 'id', description: 'Its id, as failed list shows it; the first 8 characters or more will do.' }],
  options: { entry: { description: 'Only the entry as JSON, to be changed and given to failed edit.' } },
  examples: ['failed show 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f', 'failed show <id> --entry > entry.json'],
  input: Input,
  run: showFailed,
});

async function showFailed(context: CommandContext, { id, entry }: z.output<typeof Input>): Promise<ExitCode> {
  const { output } = context;
  const { letters } = await openLetters(context);
  const known = await findIdOrTyped(letters, id);
  const letter = (await letters.show(known)) ?? (await letters.showEdited(known));
  if (letter === null) throw toAbsentError([id]);
  if (entry) return showEntry(output, letter);
  output.json(toJsonDetails(letter));
  show(output, letter);
  return EXIT.ok;
}

function showEntry(output: Output, { id, entry }: Shown): ExitCode {
  if (entry === null)
    throw new CliError('failed', `what was in the queue as ${id} is no JSON object: see failed show ${id}`);
  output.json(entry);
  for (const line of toSafeJson(entry, 2).split('\n')) output.line(line);
  return EXIT.ok;
}

function show(output: Output, letter: Shown): void {
  const say = (label: string, ...value: readonly Piece[]): void =>
    output.line(toStyled(label.padEnd(LABEL_WIDTH), 'dim'), ...value);
  const { sqlstate, firstAt, lastAt, place, bytes, entry, raw, rawBase64 } = letter;
  say('id', toStyled(letter.id, 'strong'));
  if (letter.place === 'originals') say('now', ...toFate(letter));
  say('event', letter.eventType ?? 'unknown');
  say('reason', toStyled(letter.reason, 'bad'), sqlstate === null ? '' : ` (SQLSTATE ${sqlstate})`);
  say('why', letter.detail);
  say('tried', `${toCounted(letter.attempts, 'time')}, last by ${letter.worker ?? 'nobody known'}`);
  if (firstAt !== null) say('first', toTime(firstAt));
  if (lastAt !== null) say('last', toTime(lastAt));
  say('kept', PLACES[place], `, ${toBytes(bytes)}`);
  if (letter.isTruncated) say('cut', 'only the beginning was kept, so it cannot be redriven');
  for (const { at, actor } of letter.originals) say('edited', `${toTime(at)} by ${actor}; --json has the original`);
  output.line();
  showContent(output, entry === null ? (raw ?? `base64: ${rawBase64 ?? ''}`) : toSafeJson(entry, 2), letter);
}

/** What became of a letter that is none any more. */
function toFate({ id, eventId, isStored }: EditedLetterDetails): readonly Piece[] {
  if (isStored) return [toStyled('edited and stored', 'good'), `, as the event ${eventId}`];
  const history = `npx auditlane history dead_letter ${toShellWord(id)}`;
  return [
    toStyled('edited, not stored so far', 'warning'),
    `: the event ${eventId}; ${history} tells all that was done`,
  ];
}

function showContent(output: Output, content: string, { id, entry }: Shown): void {
  // Only JSON has line breaks of ours; elsewhere one would forge a line.
  const shown = content.slice(0, MOST_SHOWN);
  for (const line of entry === null ? [shown] : shown.split('\n')) output.line(line);
  const left = Buffer.byteLength(content.slice(MOST_SHOWN));
  if (left === 0) return;
  output.line(
    toStyled(`… ${toCounted(left, 'byte')} more: npx auditlane failed show ${toShellWord(id)} --json`, 'dim'),
  );
}
