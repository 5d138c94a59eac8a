/**
 * UUIDv7 as RFC 9562 lays it out: 48 bits of milliseconds, version, a 12-bit counter, variant, 62 random bits.
 * Within one generator ids only grow: in a new millisecond the counter starts at random below 2048, in the same
 * one (or when the clock went back) it counts up, and when it is exhausted the next millisecond is borrowed.
 */
const POOL_BYTES = 4096;
const BYTES_PER_ID = 10;
const COUNTER_MAX = 0xfff;
const COUNTER_START_MASK = 0x7ff;
const MAX_TIME_MS = 0xffff_ffff_ffff;

const RANDOM_DIGITS = BYTES_PER_ID * 2;
/** The first digit of the variant: two fixed bits, and two of a random digit. */
const VARIANTS: ReadonlyMap<string, string> = new Map(
  Array.from('0123456789abcdef', (digit, value) => [digit, '89ab'.charAt(value & 3)] as const),
);
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

function toTimePart(ms: number): string {
  const text = ms.toString(16).padStart(12, '0');
  return `${text.slice(0, 8)}-${text.slice(8)}`;
}

/** A clock that lies still gives an id: the caller is never failed by it. */
function toTimeMs(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(Math.trunc(ms), 0), MAX_TIME_MS) : 0;
}

export type RandomFill = (bytes: Uint8Array) => void;

/**
 * Random hex digits bought by the page: a call of the system for each id would cost ten times the id, and digits made of
 * single bytes as much as all the rest of it.
 */
function createRandomDigits(randomFill: RandomFill, readPid: () => number): () => string {
  const bytes = Buffer.alloc(POOL_BYTES);
  let digits = '';
  let offset = 0;
  let pid = readPid();
  return () => {
    const now = readPid();
    // A fork would go on with its parent's digits and mint its parent's ids.
    if (now !== pid || offset + RANDOM_DIGITS > digits.length) {
      pid = now;
      randomFill(bytes);
      digits = bytes.toString('hex');
      offset = 0;
    }
    offset += RANDOM_DIGITS;
    return digits.slice(offset - RANDOM_DIGITS, offset);
  };
}

/**
 * Makes a synchronous, monotonic generator of UUIDv7 that never throws on its own.
 * @param clock milliseconds since 1970; may jump in both directions.
 * @param randomFill fills an array with cryptographically random bytes, e.g. `crypto.randomFillSync`.
 * @param readPid tells a process from its fork. Default `process.pid`.
 */
export function createUuidV7(
  clock: () => number,
  randomFill: RandomFill,
  readPid = (): number => process.pid,
): () => string {
  const takeDigits = createRandomDigits(randomFill, readPid);
  let lastMs = -1;
  let counter = 0;
  let timePart = '';

  return function createId(): string {
    const random = takeDigits();
    const nowMs = toTimeMs(clock());
    if (nowMs <= lastMs && counter < COUNTER_MAX) {
      counter += 1;
    } else {
      lastMs = Math.max(nowMs, lastMs + 1);
      counter = Number.parseInt(random.slice(0, 3), 16) & COUNTER_START_MASK;
      timePart = `${toTimePart(lastMs)}-7`;
    }
    const count = counter.toString(16).padStart(3, '0');
    const variant = VARIANTS.get(random.charAt(4)) ?? '8';
    return `${timePart}${count}-${variant}${random.slice(5, 8)}-${random.slice(8)}`;
  };
}

/** Whether `value` is a UUIDv7 in its usual form, in upper or lower case. */
export function isUuidV7(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID_V7.test(value);
}

/** Milliseconds since 1970 inside a UUIDv7; NaN for what is none. */
export function uuidTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The least uuid of a millisecond: every id minted at or after `ms` is at or above it. It is a bound, not an id. */
export function uuidFloor(ms: number): string {
  return `${toTimePart(toTimeMs(ms))}-0000-0000-000000000000`;
}
