import type { LetterDetails } from '@auditlane/dead-letters';
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
import { findId, toAbsentError } from './find-ids.ts';
import { openLetters } from './open-letters.ts';
import { toJsonDetails } from './to-json.ts';

const Input = z.object({ id: text(300), entry: flag() });
const LABEL_WIDTH = 10;
/** Of what was in the queue, about 4 KiB: more would push all the rest out of sight. */
const MOST_SHOWN = 4096;

/** `auditlane failed show`: everything about one dead letter. */
export const showFailedCommand = defineCommand({
  path: ['failed', 'show'],
  summary: 'Show one dead letter: the event, why it could not be stored, how often and by whom it was tried.',
  arguments: [{ name: 'id', description: 'Its id, as failed list shows it; the first 8 characters or more will do.' }],
  options: { entry: { description: 'Only the entry as JSON, to be changed and given to failed edit.' } },
  examples: ['failed show 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f', 'failed show <id> --entry > entry.json'],
  input: Input,
  run: showFailed,
});

async function showFailed(context: CommandContext, { id, entry }: z.output<typeof Input>): Promise<ExitCode> {
  const { output } = context;
  const { letters } = await openLetters(context);
  const letter = await letters.show(await findId(letters, id));
  // Somebody was faster.
  if (letter === null) throw toAbsentError([id]);
  if (entry) return showEntry(output, letter);
  output.json(toJsonDetails(letter));
  show(output, letter);
  return EXIT.ok;
}

function showEntry(output: Output, { id, entry }: LetterDetails): ExitCode {
  if (entry === null)
    throw new CliError('failed', `what was in the queue as ${id} is no JSON object: see failed show ${id}`);
  output.json(entry);
  for (const line of toSafeJson(entry, 2).split('\n')) output.line(line);
  return EXIT.ok;
}

function show(output: Output, letter: LetterDetails): void {
  const say = (label: string, ...value: readonly Piece[]): void =>
    output.line(toStyled(label.padEnd(LABEL_WIDTH), 'dim'), ...value);
  const { sqlstate, firstAt, lastAt, place, bytes, entry, raw, rawBase64 } = letter;
  say('id', toStyled(letter.id, 'strong'));
  say('event', letter.eventType ?? 'unknown');
  say('reason', toStyled(letter.reason, 'bad'), sqlstate === null ? '' : ` (SQLSTATE ${sqlstate})`);
  say('why', letter.detail);
  say('tried', `${toCounted(letter.attempts, 'time')}, last by ${letter.worker ?? 'nobody known'}`);
  if (firstAt !== null) say('first', toTime(firstAt));
  if (lastAt !== null) say('last', toTime(lastAt));
  say('kept', place === 'list' ? 'in Redis' : 'in the table audit_dead_letters', `, ${toBytes(bytes)}`);
  if (letter.isTruncated) say('cut', 'only the beginning was kept, so it cannot be redriven');
  for (const { at, actor } of letter.originals) say('edited', `${toTime(at)} by ${actor}; --json has the original`);
  output.line();
  showContent(output, entry === null ? (raw ?? `base64: ${rawBase64 ?? ''}`) : toSafeJson(entry, 2), letter);
}

function showContent(output: Output, content: string, { id, entry }: LetterDetails): void {
  // Only JSON has line breaks of ours; elsewhere one would forge a line.
  const shown = content.slice(0, MOST_SHOWN);
  for (const line of entry === null ? [shown] : shown.split('\n')) output.line(line);
  const left = Buffer.byteLength(content.slice(MOST_SHOWN));
  if (left === 0) return;
  output.line(
    toStyled(`… ${toCounted(left, 'byte')} more: npx auditlane failed show ${toShellWord(id)} --json`, 'dim'),
  );
}
