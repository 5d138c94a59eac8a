import { isUtf8 } from 'node:buffer';
import { firstAtOf, lastAtOf, parseJson, rawOf, reasonOf, type Letter, type Place } from './letter.ts';
import { toObject } from './to-entry.ts';

/** A letter in a list. */
export interface LetterSummary {
  readonly id: string;
  /** One of DEAD_LETTER_REASONS, or `unreadable` for a line that is no letter. */
  readonly reason: string;
  /** What Postgres said, as its code; null when it was not asked. */
  readonly sqlstate: string | null;
  readonly detail: string;
  /** How often it was tried, earlier redrives included. */
  readonly attempts: number;
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
  /** Who parked it; null when the line does not say. */
  readonly worker: string | null;
  /** Of the entry, before it was cut. */
  readonly bytes: number;
  readonly eventType: string | null;
  readonly place: Place;
}

/** What a letter was before an edit. */
export interface Original {
  readonly at: Date;
  readonly actor: string;
  /** The line of the letter, as text. */
  readonly line: string;
}

/** A letter with all that is known of it. */
export interface LetterDetails extends LetterSummary {
  /** The entry as an object; null when it is none. */
  readonly entry: Readonly<Record<string, unknown>> | null;
  /** The entry as text; null when it is not UTF-8. */
  readonly raw: string | null;
  /** The entry in base64 when it is not UTF-8; else null. */
  readonly rawBase64: string | null;
  /** Only a part of the entry was kept: it can be edited or purged, not redriven. */
  readonly isTruncated: boolean;
  /** Its earlier edits, newest first. */
  readonly originals: readonly Original[];
}

/** The entry of a letter as an object; null when it is none. */
export function entryOf(letter: Letter): Readonly<Record<string, unknown>> | null {
  return toObject(parseJson(rawOf(letter)));
}

const NOT_OURS = 'The line is not a dead letter of ours; somebody else pushed it.';

/** As long as our own texts are. A copy: a part of a text would keep all of it in memory. */
function toShort(text: string, maxLength = 1000): string {
  return Buffer.from(text.slice(0, maxLength)).toString();
}

/** What a list shows. */
export function toSummary(letter: Letter): LetterSummary {
  const { content } = letter;
  const eventType = entryOf(letter)?.['event_type'];
  return {
    id: letter.id,
    reason: reasonOf(letter),
    sqlstate: content === null || content.sqlstate === null ? null : toShort(content.sqlstate),
    detail: content === null ? NOT_OURS : toShort(content.detail),
    attempts: content?.attempts ?? 0,
    firstAt: firstAtOf(letter),
    lastAt: lastAtOf(letter),
    worker: content === null ? null : toShort(content.worker),
    bytes: content?.raw_bytes ?? rawOf(letter).length,
    eventType: typeof eventType === 'string' ? toShort(eventType, 255) : null,
    place: letter.place,
  };
}

/** What one letter shows. */
export function toDetails(letter: Letter, originals: readonly Original[]): LetterDetails {
  const raw = rawOf(letter);
  const isText = isUtf8(raw);
  return {
    ...toSummary(letter),
    entry: entryOf(letter),
    raw: isText ? raw.toString() : null,
    rawBase64: isText ? null : raw.toString('base64'),
    isTruncated: letter.content?.raw_bytes !== undefined,
    originals,
  };
}
