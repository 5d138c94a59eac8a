import { isUtf8 } from 'node:buffer';
import { EVENT_CATALOGUE, EVENT_CATEGORIES, EVENT_DOMAINS, LIMITS, OUTCOMES, SEVERITIES } from '@auditlane/schema';
import { BYTE, isAt } from './bytes.ts';
import {
  copyAddress,
  copyCount,
  copyEventType,
  copyId,
  copyOneOf,
  copyTime,
  ID_BYTES,
  readIdTimeMs,
} from './copy-fields.ts';
import { copyObject } from './copy-json.ts';
import { copyText, FOREIGN } from './copy-string.ts';
import type { LineBuffer } from './line-buffer.ts';

/**
 * Turns an entry as our client writes it into a line of COPY, from bytes to bytes: no object and no string is made.
 * Against parsing, checking, and encoding a row it takes about a third of the CPU of this step.
 *
 * It accepts less than `decodeEntry`, and never something else: keys in the order of our encoder, values that need no
 * change. Whatever it does not accept, `decodeEntry` decides; a test holds both against each other.
 */

const HEAD = Buffer.from('{"v":1,"id":"');
const EVENT_TYPE = Buffer.from('","event_type":"');
const CATEGORY = Buffer.from(',"event_category":"');
const SEVERITY = Buffer.from(',"severity":"');
const DOMAIN = Buffer.from(',"event_domain":"');
/** schema_version, the last column. */
const VERSION_AND_END = Buffer.from('1\n');

const CATEGORIES = toQuotedWords(EVENT_CATEGORIES);
const SEVERITY_WORDS = toQuotedWords(SEVERITIES);
const DOMAINS = toQuotedWords(EVENT_DOMAINS);
const OUTCOME_WORDS = toQuotedWords(OUTCOMES);

const DAY_MS = 86_400_000;
/** As `decodeEntry` has it: an older id, or one more than a day ahead, is flagged there. */
const OLD_MS = 366 * DAY_MS;
const MAX_FLAGS_DIGITS = 9;
const MAX_SEQ_DIGITS = 15;
/** What a line may be longer than its values: a null for each column. */
const NULLS_BYTES = 128;

function toQuotedWords(words: readonly string[]): readonly Buffer[] {
  return words.map((word) => Buffer.from(`${word}"`));
}

interface Column {
  /** Comma, key and colon, with the opening quote of a text. */
  readonly key: Buffer;
  /** The field of an entry without this key. */
  readonly absent: Buffer;
  readonly copy: (input: Buffer, at: number, out: LineBuffer) => number;
}

const NULL_FIELD = Buffer.from('\\N\t');
const ZERO_FIELD = Buffer.from('0\t');

function quoted(name: string, copy: Column['copy']): Column {
  return { key: Buffer.from(`,"${name}":"`), absent: NULL_FIELD, copy };
}

function text(name: keyof typeof LIMITS.text): Column {
  const limit = LIMITS.text[name];
  return quoted(name, (input, at, out) => {
    const end = copyText(input, at, out);
    // Bytes are never fewer than characters, and an escape is longer than what it stands for.
    return end - at > limit + 1 ? FOREIGN : end;
  });
}

function count(name: string, o: { readonly absent: Buffer; readonly maxDigits: number }): Column {
  const copy: Column['copy'] = (input, at, out) => copyCount(input, at, { maxDigits: o.maxDigits, out });
  return { key: Buffer.from(`,"${name}":`), absent: o.absent, copy };
}

/** The columns from occurred_at to metadata, in the order of the encoder and of COPY_COLUMNS. */
const COLUMNS: readonly Column[] = [
  quoted('occurred_at', copyTime),
  text('user_id'),
  text('resource_type'),
  text('resource_id'),
  text('source'),
  text('service_name'),
  text('tenant_id'),
  text('correlation_id'),
  quoted('outcome', (input, at, out) => copyOneOf(input, at, { words: OUTCOME_WORDS, out })),
  text('host'),
  text('description'),
  quoted('ip_address', copyAddress),
  text('user_agent'),
  count('flags', { absent: ZERO_FIELD, maxDigits: MAX_FLAGS_DIGITS }),
  text('producer'),
  count('n', { absent: NULL_FIELD, maxDigits: MAX_SEQ_DIGITS }),
  { key: Buffer.from(',"metadata":'), absent: NULL_FIELD, copy: copyObject },
];

/**
 * Writes the line of `raw` behind the lines in `out` and answers where it begins; or answers FOREIGN and has written
 * nothing that counts. `nowMs` is the present time, for ids whose own time is doubtful.
 */
export function transcodeEntry(raw: Buffer, out: LineBuffer, nowMs: number): number {
  if (raw.length > LIMITS.entryBytes) return FOREIGN;
  // A line is shorter than its entry, whose keys it leaves out, unless it doubles many backslashes.
  out.reserve(raw.length + NULLS_BYTES);
  const start = writeLine(raw, out, nowMs);
  if (start === FOREIGN || !out.isOverrun) return start;
  out.length = start;
  out.reserve(2 * raw.length + NULLS_BYTES);
  return writeLine(raw, out, nowMs);
}

function writeLine(raw: Buffer, out: LineBuffer, nowMs: number): number {
  const start = out.length;
  const at = copyHead(raw, out, nowMs);
  const end = at === FOREIGN ? FOREIGN : copyRest(raw, at, out);
  if (end === raw.length && isUtf8(raw)) return start;
  out.length = start;
  return FOREIGN;
}

/** The id of an entry that was transcoded. */
export function idOfTranscoded(raw: Buffer): string {
  return raw.toString('latin1', HEAD.length, HEAD.length + ID_BYTES);
}

/** From the opening brace to event_domain; answers the place behind it. */
function copyHead(raw: Buffer, out: LineBuffer, nowMs: number): number {
  if (!isAt(raw, 0, HEAD)) return FOREIGN;
  const idTimeMs = readIdTimeMs(raw, HEAD.length);
  if (idTimeMs === FOREIGN || idTimeMs > nowMs + DAY_MS || idTimeMs < nowMs - OLD_MS) return FOREIGN;
  let at = copyId(raw, HEAD.length, out);
  out.put(BYTE.tab);
  if (!isAt(raw, at, EVENT_TYPE)) return FOREIGN;
  const type = at + EVENT_TYPE.length;
  const typeEnd = copyEventType(raw, type, out);
  if (typeEnd === FOREIGN || typeEnd - type > LIMITS.text.event_type) return FOREIGN;
  out.put(BYTE.tab);
  at = copyWord(raw, typeEnd + 1, { key: CATEGORY, words: CATEGORIES, out });
  if (at === FOREIGN) return FOREIGN;
  at = copyWord(raw, at, { key: SEVERITY, words: SEVERITY_WORDS, out });
  if (at === FOREIGN) return FOREIGN;
  if (isAt(raw, at, DOMAIN)) return copyWord(raw, at, { key: DOMAIN, words: DOMAINS, out });
  out.putAll(domainField(raw, type, typeEnd));
  return at;
}

/** What the catalogue says of an event type, as a field. */
const DOMAIN_FIELDS: ReadonlyMap<string, Buffer> = new Map(
  Object.entries(EVENT_CATALOGUE).map(([type, { domain }]) => [type, Buffer.from(`${domain ?? '\\N'}\t`)]),
);
/** 1 at the hash of a type of the catalogue: nearly all other types are told from them without making a string. */
const IN_CATALOGUE = new Uint8Array(256);
for (const type of DOMAIN_FIELDS.keys()) IN_CATALOGUE[typeHash(Buffer.from(type), 0, type.length)] = 1;

function typeHash(bytes: Buffer, from: number, to: number): number {
  return ((bytes[from] ?? 0) + 31 * (bytes[to - 1] ?? 0) + 7 * (to - from)) & 0xff;
}

function domainField(raw: Buffer, from: number, to: number): Buffer {
  if (IN_CATALOGUE[typeHash(raw, from, to)] !== 1) return NULL_FIELD;
  return DOMAIN_FIELDS.get(raw.toString('latin1', from, to)) ?? NULL_FIELD;
}

/** A member that has to be there, with the tab behind its field; answers the place behind it. */
function copyWord(raw: Buffer, at: number, o: { key: Buffer; words: readonly Buffer[]; out: LineBuffer }): number {
  if (!isAt(raw, at, o.key)) return FOREIGN;
  const end = copyOneOf(raw, at + o.key.length, o);
  if (end !== FOREIGN) o.out.put(BYTE.tab);
  return end;
}

/** From behind event_domain to the closing brace; answers the place behind it. */
function copyRest(raw: Buffer, start: number, out: LineBuffer): number {
  let at = start;
  for (const { key, absent, copy } of COLUMNS) {
    if (isAt(raw, at, key)) {
      at = copy(raw, at + key.length, out);
      if (at === FOREIGN) return FOREIGN;
      out.put(BYTE.tab);
    } else {
      out.putAll(absent);
    }
  }
  out.putAll(VERSION_AND_END);
  return raw[at] === BYTE.rightBrace ? at + 1 : FOREIGN;
}
