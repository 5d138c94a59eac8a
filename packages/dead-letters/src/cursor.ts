import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { DeadLettersError } from './dead-letters-error.ts';
import type { LetterSummary } from './describe-letter.ts';
import { parseJson } from './letter.ts';

/** The last letter of a page. */
const Cursor = z.strictObject({
  /** The filter it belongs to. */
  reason: z.string().nullable(),
  place: z.enum(['list', 'table']),
  /** Position in the list, counted from the oldest; 0 in the table. */
  position: z.int().nonnegative(),
  /** When the letter was parked, milliseconds since 1970; null when it does not say. */
  lastMs: z.int().nullable(),
  id: z.string(),
});
export type Cursor = z.output<typeof Cursor>;

/** Of an id and a reason as long as there may be, of characters that JSON escapes. */
const MAX_LENGTH = 4000;
const MAC_BYTES = 16;

/** The cursor after a letter. */
export function toCursor(
  { id, place, lastAt }: LetterSummary,
  at: { readonly reason: string | null; readonly position: number },
): Cursor {
  return { ...at, place, lastMs: lastAt?.getTime() ?? null, id };
}

/** As opaque text. `secret` is what no caller knows and every process of this queue does. */
export function writeCursor(cursor: Cursor, secret: string): string {
  const payload = Buffer.from(JSON.stringify(cursor)).toString('base64url');
  return `${payload}.${sign(payload, secret).toString('base64url')}`;
}

/** Throws `invalid_cursor` unless it was written with this secret and for this filter. */
export function readCursor(text: string, { secret, reason }: { secret: string; reason: string | null }): Cursor {
  const [payload = '', mac = '', ...rest] = text.length > MAX_LENGTH ? [] : text.split('.');
  const given = Buffer.from(mac, 'base64url');
  const expected = sign(payload, secret);
  const isOurs = rest.length === 0 && given.length === MAC_BYTES && timingSafeEqual(given, expected);
  const cursor = isOurs ? Cursor.safeParse(parseJson(Buffer.from(payload, 'base64url'))).data : undefined;
  if (cursor === undefined) {
    throw new DeadLettersError('invalid_cursor', 'The cursor is not one that this queue gave out: begin without one.');
  }
  if (cursor.reason !== reason) {
    throw new DeadLettersError('invalid_cursor', 'The cursor belongs to another filter: begin without one.');
  }
  return cursor;
}

function sign(payload: string, secret: string): Buffer {
  return createHmac('sha256', `dead letters ${secret}`).update(payload).digest().subarray(0, MAC_BYTES);
}
