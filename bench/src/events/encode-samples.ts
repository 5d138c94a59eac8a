/** Entries of the measured events, from any number on and of any size: what the client would push. */
import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { DEFAULT_REDACTION, encodeEvent, LIMITS, type AuditEventInput } from '@auditlane/schema';
import { mintId } from './mint-id.ts';
import { sampleEvent } from './sample-events.ts';

/** Which entries. */
export interface EncodeOptions {
  /** The number of the first one; default 0. */
  readonly first?: number | undefined;
  /** UTF-8 bytes of each entry; default: those of a sample event, about 626. */
  readonly bytes?: number | undefined;
}

type Defaults = Parameters<typeof encodeEvent>[1]['defaults'];

const DEFAULTS: Defaults = { service_name: 'bench', host: hostname(), source: null };
const NO_DEFAULTS: Defaults = { service_name: null, host: null, source: null };

// Longer texts are cut by the schema: metadata gets as many of this size as it takes.
const PIECE_CHARACTERS = 16_000;
/** What a further piece takes beside its text: quotes and a comma. */
const PIECE_FRAME = 3;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789 ';
// Not repeated within an entry, so that Postgres cannot compress an event to nothing.
const NOISE = toNoise(2 * LIMITS.eventBytes);

function toNoise(characters: number): string {
  const random = randomFillSync(new Uint8Array(characters));
  return Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function encode(event: AuditEventInput, number: number, defaults = DEFAULTS): string {
  const encoded = encodeEvent(event, {
    id: mintId(),
    producerId: 'bench',
    producerSeq: number + 1,
    defaults,
    redact: DEFAULT_REDACTION,
    maxEventBytes: LIMITS.eventBytes,
  });
  if (encoded.kind !== 'encoded') throw new Error(`the event ${number} is not valid`);
  return encoded.line;
}

/** Texts that take `bytes` more in an entry than a single empty one. */
function toFiller(number: number, bytes: number): readonly string[] {
  const pieces = Math.max(1, Math.ceil((bytes + PIECE_FRAME) / (PIECE_CHARACTERS + PIECE_FRAME)));
  const characters = bytes - PIECE_FRAME * (pieces - 1);
  const start = (number * 7919) % LIMITS.eventBytes;
  return Array.from({ length: pieces }, (_, piece) => {
    const from = piece * PIECE_CHARACTERS;
    return NOISE.slice(start + from, start + Math.min(characters, from + PIECE_CHARACTERS));
  });
}

/**
 * An event with a type, a user and a text that fills it up to `bytes`. One that has no room for all that an entry usually
 * has is without service and host, and its type is short. Throws a RangeError where even that takes more.
 */
function encodeSized(number: number, bytes: number): string {
  const { event_type, user_id } = sampleEvent(number);
  const ways = [
    { type: event_type, defaults: DEFAULTS },
    { type: event_type.replace('changed_', ''), defaults: NO_DEFAULTS },
  ];
  for (const { type, defaults } of ways) {
    const encodeText = (text: readonly string[]): string =>
      encode({ event_type: type, event_category: 'info', user_id, metadata: { text } }, number, defaults);
    const room = bytes - Buffer.byteLength(encodeText(['']));
    if (room >= 0) return encodeText(toFiller(number, room));
  }
  throw new RangeError(`an entry takes more than ${bytes} bytes`);
}

/** `count` entries with ids of now. */
export function encodeSamples(count: number, { first = 0, bytes }: EncodeOptions = {}): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return bytes === undefined ? encode(sampleEvent(number), number) : encodeSized(number, bytes);
  });
}
