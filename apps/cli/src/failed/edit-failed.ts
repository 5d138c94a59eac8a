import { createReadStream } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { CliError } from '../command-line/cli-error.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { text } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { toStyled } from '../terminal/styles.ts';
import { explained } from './explain-letters-error.ts';
import { findIdOrTyped } from './find-ids.ts';
import { openLetters } from './open-letters.ts';
import { parseJson as parse } from '@auditlane/schema';

const Input = z.object({ id: text(300), file: text(4096) });
/** More than a worker takes. */
const MAX_BYTES = 2_097_152;
const Entry = z.record(z.string(), z.unknown());

/** `auditlane failed edit`: back into the queue as another entry. */
export const editFailedCommand = defineCommand({
  path: ['failed', 'edit'],
  summary: 'Put a dead letter back into the queue as another entry; the original is kept.',
  details: [
    'Take the entry by failed show <id> --entry, change it, and give it back. It keeps its id. Metadata of the stored event names the original (_auditlane.edited_from), failed show has its text, and an event (audit.dead_letters.edited) tells who changed what.',
  ],
  arguments: [
    { name: 'id', description: 'Its id, as failed list shows it; the first 8 characters or more will do.' },
    { name: 'file', description: 'The new entry, one JSON object; - reads standard input.' },
  ],
  examples: ['failed edit 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f entry.json'],
  input: Input,
  run: editFailed,
});

async function editFailed(context: CommandContext, { id, file }: z.output<typeof Input>): Promise<ExitCode> {
  const { output } = context;
  const entry = await readEntry(file);
  const { letters, actor } = await openLetters(context);
  const letter = await findIdOrTyped(letters, id);
  const answer = await explained(() => letters.edit(letter, entry, actor));
  output.json(answer);
  if (answer.outcome === 'redriven') {
    output.line(toStyled('redriven', 'good'), ` as edited: the event ${answer.eventId}`);
    return EXIT.ok;
  }
  const why =
    answer.outcome === 'full'
      ? 'the queue is full: run it again when it has room'
      : 'it is not there any more, or was parked anew meanwhile: look again';
  throw new CliError('failed', `nothing was redriven, ${why}`);
}

async function readEntry(file: string): Promise<z.output<typeof Entry>> {
  const name = file === '-' ? 'standard input' : file;
  const stream = file === '-' ? process.stdin : createReadStream(file);
  const content = await readText(upTo(MAX_BYTES, stream)).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError('usage', `${name} cannot be read (${code})`, { cause: error });
  });
  const parsed = Entry.safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  throw new CliError('usage', `${name} must hold one JSON object`);
}

/** What is too long is cut, and no JSON then: a device or a pipe may never end. */
async function* upTo(maxBytes: number, chunks: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    yield piece;
    if (bytes > maxBytes) return;
  }
}

function parseJson(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return undefined;
  }
}
