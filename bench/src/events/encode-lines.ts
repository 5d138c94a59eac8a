/** Entries of the measured events, from any number on and of any size: what the client would push. */
import { randomFillSync } from 'node:crypto';
import { createUuidV7, DEFAULT_REDACTION, encodeEvent, LIMITS, type AuditEventInput } from '@auditlane/schema';
import { sampleEvent } from './sample-events.ts';

/** Which entries. */
export interface LinesOptions {
  readonly from: number;
  readonly count: number;
  /** UTF-8 bytes of each entry; default: those of a sample event, about 540. */
  readonly bytes?: number;
}

// Longer texts are cut by the schema: metadata gets as many of this size as it takes.
const PIECE_CHARACTERS = 16_000;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789 ';
// Not repeated within an entry, so that Postgres cannot compress an event to nothing.
const NOISE = toNoise(2 * LIMITS.eventBytes);

function toNoise(characters: number): string {
  const random = randomFillSync(new Uint8Array(characters));
  return Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function toFiller(number: number, characters: number): readonly string[] {
  const pieces: string[] = [];
  const start = (number * 7919) % LIMITS.eventBytes;
  for (let at = 0; at < characters; at += PIECE_CHARACTERS) {
    pieces.push(NOISE.slice(start + at, start + Math.min(characters, at + PIECE_CHARACTERS)));
  }
  return pieces;
}

/** The smallest event with a user and a type. */
function smallEvent(number: number): AuditEventInput {
  const { event_type, user_id } = sampleEvent(number);
  return { event_type, event_category: 'info', user_id };
}

function createEncoder(): (event: AuditEventInput, number: number) => string {
  const mint = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));
  return (event, number) => {
    const encoded = encodeEvent(event, {
      id: mint(),
      producerId: 'bench',
      producerSeq: number + 1,
      defaults: { service_name: null, host: null, source: null },
      redact: DEFAULT_REDACTION,
      maxEventBytes: LIMITS.eventBytes,
    });
    if (encoded.kind !== 'encoded') throw new Error(`the event ${number} is not valid`);
    return encoded.line;
  };
}

/** Entries of exactly `bytes`, or as near as the schema allows: a small event and a text that fills it up. */
function encodeSized(encode: ReturnType<typeof createEncoder>, number: number, bytes: number): string {
  const base = smallEvent(number);
  const empty = Buffer.byteLength(encode(base, number));
  if (empty >= bytes) return encode(base, number);
  const pieces = Math.ceil(bytes / PIECE_CHARACTERS);
  const frame = Buffer.byteLength('"metadata":{"text":[]},') + 3 * pieces;
  return encode({ ...base, metadata: { text: toFiller(number, Math.max(1, bytes - empty - frame)) } }, number);
}

/** `count` entries with ids of now. */
export function encodeLines({ from, count, bytes }: LinesOptions): readonly string[] {
  const encode = createEncoder();
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return bytes === undefined ? encode(sampleEvent(number), number) : encodeSized(encode, number, bytes);
  });
}
