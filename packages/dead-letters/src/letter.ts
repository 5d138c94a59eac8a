import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { DeadLetter, parseJson as parse } from '@auditlane/schema';
import * as z from 'zod';

/** Where a letter is. One that a crash left in both counts as in the list. */
export type Place = 'list' | 'table';

/** A line of `audit:failed`, or of the table, as far as it can be read. */
export interface Letter {
  /** What it is found by: its own id, or `line:` and the SHA-256 of a line that has none. */
  readonly id: string;
  readonly line: Buffer;
  readonly place: Place;
  /** Null when somebody else wrote the line. */
  readonly content: Content | null;
}

/** Postgres has no U+0000, and takes all lone surrogates for one character: one such text would fail a whole statement. */
const Storable = z.string().refine((text) => !text.includes('\0') && text.isWellFormed());
const Id = Storable.min(1).max(300);

/** A letter of this or of a newer release, which may know more reasons. */
const ContentSchema = DeadLetter.extend({ id: Id, reason: Storable.min(1).max(100) });
export type Content = z.output<typeof ContentSchema>;

const HasId = z.looseObject({ id: Id });

/** The reason of a line that is no letter. */
const UNREADABLE = 'unreadable';

/** SHA-256 in hex. */
export function digestOf(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const MARK_DIGITS = 16;

/** By which Redis knows a letter of the table that it has pushed. */
export function markOf({ line }: Letter): string {
  return digestOf(line).slice(0, MARK_DIGITS);
}

/** The id of a line that cannot go by its own. */
export function toLineId(line: Buffer): string {
  return `line:${digestOf(line)}`;
}

/** JSON of any bytes; undefined for what is none. */
export function parseJson(text: Buffer | string): unknown {
  if (typeof text !== 'string' && !isUtf8(text)) return undefined;
  try {
    return parse(text.toString());
  } catch {
    return undefined;
  }
}

/** Reads a line. Never throws: anybody can push to a list. */
export function readLetter(line: Buffer, place: Place, id?: string): Letter {
  const value = parseJson(line);
  const content = ContentSchema.safeParse(value).data ?? null;
  return { id: id ?? HasId.safeParse(value).data?.id ?? toLineId(line), line, place, content };
}

/** Why it was parked. */
export function reasonOf(letter: Letter): string {
  return letter.content?.reason ?? UNREADABLE;
}

/** When it was parked; null for a line that does not say. */
export function lastAtOf(letter: Letter): Date | null {
  return letter.content === null ? null : new Date(letter.content.last_at);
}

/** When its event failed for the first time; null for a line that does not say. */
export function firstAtOf({ content }: Letter): Date | null {
  return content === null ? null : new Date(content.first_at);
}

/** The entry as it was in the queue; of a line that is no letter, the line itself. */
export function rawOf({ content, line }: Letter): Buffer {
  if (content === null) return line;
  return content.raw === undefined ? Buffer.from(content.raw_base64 ?? '', 'base64') : Buffer.from(content.raw);
}
