import { isUtf8 } from 'node:buffer';
import type { DeadLetterReason } from './dead-letter.ts';
import { decodeForeign } from './decode-foreign.ts';
import { describeThrown } from './describe-thrown.ts';
import { readPlainRow } from './decode-plain.ts';
import type { Decoded, EventRow } from './event-row.ts';
import { EVENT_FLAGS } from './flags.ts';
import { LIMITS } from './limits.ts';
import { isUuidV7, uuidTimeMs } from './uuid-v7.ts';
import { SCHEMA_VERSION } from './vocabularies.ts';
import { parseJson } from './parse-json.ts';

export interface DecodeOptions {
  /** Milliseconds since 1970; default Date.now(). An id over a day ahead of it is flagged timeSuspect. */
  readonly nowMs?: number;
  /** An id older than this is flagged timeSuspect; default 366 days before `nowMs`. */
  readonly oldestMs?: number;
  /** UTF-8 bytes; a longer entry is rejected as too_large. Default LIMITS.entryBytes. */
  readonly maxEntryBytes?: number;
}

const DAY_MS = 86_400_000;
// Longer than any outage that a spool waits for; a clock that stands at 1970 or ten years back is far below.
const OLD_MS = 366 * DAY_MS;

/**
 * Reads one element of the queue, whoever pushed it: any bytes become a row that Postgres accepts, an entry to hold for
 * a newer release, or one named rejection. Never throws. Entries of our own clients take the short way; what others
 * wrote is cleaned as the client would have done it, and what has no column is kept in `metadata._auditlane`.
 */
export function decodeEntry(raw: Buffer | string, options: DecodeOptions = {}): Decoded {
  try {
    return decode(raw, options);
  } catch (error) {
    return reject('undecodable', null, describeThrown(error));
  }
}

function reject(reason: DeadLetterReason, id: string | null, detail: string): Decoded {
  return { kind: 'rejected', reason, id, detail };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function decode(raw: Buffer | string, options: DecodeOptions): Decoded {
  const maxBytes = options.maxEntryBytes ?? LIMITS.entryBytes;
  if (raw.length > maxBytes || (typeof raw === 'string' && Buffer.byteLength(raw) > maxBytes)) {
    return reject('too_large', null, `The entry takes more than ${maxBytes} bytes.`);
  }
  if (typeof raw !== 'string' && !isUtf8(raw)) return reject('undecodable', null, 'The entry is not UTF-8.');
  const text = typeof raw === 'string' ? raw : raw.toString('utf8');
  const entry = parse(text);
  if (!isObject(entry)) return reject('undecodable', null, 'The entry is not a JSON object.');
  return decodeObject(entry, text, options);
}

function decodeObject(entry: Readonly<Record<string, unknown>>, text: string, options: DecodeOptions): Decoded {
  const { v: version = SCHEMA_VERSION, id } = entry;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return reject('invalid_field', isUuidV7(id) ? id.toLowerCase() : null, 'v: must be a whole number of 1 or more.');
  }
  if (version > SCHEMA_VERSION) return { kind: 'newer', version };
  if (id === undefined || id === null || id === '') return reject('missing_id', null, 'The entry has no id.');
  if (!isUuidV7(id)) return reject('invalid_id', null, 'id: must be a UUIDv7.');
  const row = readPlainRow(entry, text) ?? decodeForeign(entry, text, id);
  if (typeof row === 'string') return reject('invalid_field', id.toLowerCase(), row);
  return { kind: 'event', row: isTimeSuspect(id, options) ? markSuspect(row) : row };
}

function isTimeSuspect(id: string, options: DecodeOptions): boolean {
  const timeMs = uuidTimeMs(id);
  const nowMs = options.nowMs ?? Date.now();
  return timeMs > nowMs + DAY_MS || timeMs < (options.oldestMs ?? nowMs - OLD_MS);
}

function markSuspect(row: EventRow): EventRow {
  return { ...row, flags: row.flags | EVENT_FLAGS.timeSuspect };
}
