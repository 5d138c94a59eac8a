import type { LetterList, LetterSummary } from '@auditlane/dead-letters';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { text, wholeNumber } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../terminal/output.ts';
import { toCount, toCounted, toTimeToTheMinute } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';
import { explained } from './explain-letters-error.ts';
import { openLetters } from './open-letters.ts';
import { reason } from './selection.ts';
import { toJsonSummary } from './to-json.ts';

const Input = z.object({
  limit: wholeNumber(1, 1000).default(20),
  cursor: text(4000).optional(),
  reason: reason().optional(),
});

/** `auditlane failed list`: the newest dead letters. */
export const listFailedCommand = defineCommand({
  path: ['failed', 'list'],
  summary: 'List the dead letters, newest first, with the reason of each.',
  details: ['Those in Redis (audit:failed) and those that moved to the table audit_dead_letters, each once.'],
  options: {
    limit: { value: 'n', description: 'Letters at most, 1 to 1000; default 20.' },
    reason: { value: 'word', description: 'Only those of one reason.' },
    cursor: { value: 'text', description: 'Where the next page begins, as the page before says.' },
  },
  examples: ['failed list', 'failed list --reason rejected_by_postgres --limit 100'],
  input: Input,
  run: listFailed,
});

async function listFailed(context: CommandContext, input: z.output<typeof Input>): Promise<ExitCode> {
  const { output } = context;
  const { letters } = await openLetters(context);
  const { limit, cursor, reason: word } = input;
  const page = await explained(() =>
    letters.list({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(word === undefined ? {} : { reason: word }),
    }),
  );
  output.json({
    letters: page.letters.map(toJsonSummary),
    next: page.next,
    in_list: page.inList,
    in_table: page.inTable,
  });
  if (output.isJson) return EXIT.ok;
  show(output, page, { ...input, ofReason: word === undefined ? null : await letters.count({ reason: word }) });
  return EXIT.ok;
}

/** What was asked for, and how many letters of its reason there are; null for those of all reasons. */
type Asked = z.output<typeof Input> & { readonly ofReason: number | null };

function show(output: Output, page: LetterList, asked: Asked): void {
  const { limit, reason: word } = asked;
  const { letters, next, inList, inTable } = page;
  if (letters.length === 0) {
    const total = inList + inTable;
    output.line(
      total === 0
        ? toStyled('no dead letters', 'good')
        : `no more dead letters${word === undefined ? '' : ` of reason ${word}`} (${toCount(total)} in all)`,
    );
    return;
  }
  output.table(
    [
      { title: 'id', isId: true },
      { title: 'parked' },
      { title: 'tries', align: 'right', isExpendable: true },
      { title: 'event type', isElastic: true, isExpendable: true },
      { title: 'reason' },
      { title: 'why', isElastic: true },
    ],
    letters.map(toRow),
  );
  output.line();
  output.line(`${toTotal(page, asked)}; npx auditlane failed show <id> tells all about one`);
  if (next === null) return;
  const options = [...(word === undefined ? [] : [`--reason ${word}`]), ...(limit === 20 ? [] : [`--limit ${limit}`])];
  output.line(toStyled('older ones: ', 'dim'), ['npx auditlane failed list', ...options, `--cursor ${next}`].join(' '));
}

function toTotal({ inList, inTable }: LetterList, { reason: word, ofReason }: Asked): string {
  const all = inList + inTable;
  if (ofReason !== null) return `${toCounted(ofReason, 'dead letter')} of reason ${word ?? ''}, ${toCount(all)} in all`;
  const moved = inTable === 0 ? '' : `, ${toCount(inTable)} of them moved to the table`;
  return `${toCounted(all, 'dead letter')}${moved}`;
}

function toRow(letter: LetterSummary): readonly string[] {
  const { id, lastAt, attempts, eventType, sqlstate, detail } = letter;
  return [
    id,
    lastAt === null ? 'unknown' : toTimeToTheMinute(lastAt),
    toCount(attempts),
    eventType ?? 'unknown',
    letter.reason,
    sqlstate === null ? detail : `${sqlstate} ${detail}`,
  ];
}
