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

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Two hex digits of a byte; the table has all 256. */
function hex(byte: number | undefined): string {
  return HEX[byte ?? 0] ?? '00';
}

function toTimePart(ms: number): string {
  const text = ms.toString(16).padStart(12, '0');
  return `${text.slice(0, 8)}-${text.slice(8)}`;
}

/** A clock that lies still gives an id: the caller is never failed by it. */
function toTimeMs(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(Math.trunc(ms), 0), MAX_TIME_MS) : 0;
}

export type RandomFill = (bytes: Uint8Array) => void;

/** Random bytes bought by the page: a call of the system for each id would cost ten times the id. */
function createRandomPool(randomFill: RandomFill, readPid: () => number) {
  const bytes = new Uint8Array(POOL_BYTES);
  let offset = POOL_BYTES;
  let pid = readPid();
  /** The index in `bytes` from which an id may take its share. */
  function take(): number {
    const now = readPid();
    // A fork would go on with its parent's bytes and mint its parent's ids.
    if (now !== pid || offset + BYTES_PER_ID > POOL_BYTES) {
      pid = now;
      randomFill(bytes);
      offset = 0;
    }
    offset += BYTES_PER_ID;
    return offset - BYTES_PER_ID;
  }
  return { bytes, take };
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
  const { bytes, take } = createRandomPool(randomFill, readPid);
  let lastMs = -1;
  let counter = 0;
  let timePart = '';

  return function createId(): string {
    const at = take();
    const nowMs = toTimeMs(clock());
    if (nowMs <= lastMs && counter < COUNTER_MAX) {
      counter += 1;
    } else {
      lastMs = Math.max(nowMs, lastMs + 1);
      counter = (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) & COUNTER_START_MASK;
      timePart = toTimePart(lastMs);
    }
    const version = `7${(counter >> 8).toString(16)}${hex(counter & 0xff)}`;
    const variant = `${hex(((bytes[at + 2] ?? 0) & 0x3f) | 0x80)}${hex(bytes[at + 3])}`;
    const node = `${hex(bytes[at + 4])}${hex(bytes[at + 5])}${hex(bytes[at + 6])}${hex(bytes[at + 7])}${hex(bytes[at + 8])}${hex(bytes[at + 9])}`;
    return `${timePart}-${version}-${variant}-${node}`;
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
