const DOLLAR = 0x24;
const RETURN = 0x0d;
const NEWLINE = 0x0a;
const ZERO = 0x30;
/** `$` and two line ends around the length and the bytes of an argument. */
const MARKS = 5;

/** Entries in the bytes that Redis got: whoever keeps them needs no strings, which the garbage collector would copy. */
export interface SentEntries {
  readonly count: number;
  /** Each as Redis takes an argument: `$`, its UTF-8 bytes in decimal, line end, the bytes, line end. */
  readonly framed: Buffer;
}

function countDigits(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}

/** Writes the line that opens an argument of `size` bytes, and answers where they begin. */
function writeSize(target: Buffer, at: number, size: number): number {
  const end = at + countDigits(size);
  target[at] = DOLLAR;
  let rest = size;
  for (let place = end; place > at; place -= 1) {
    const tens = (rest / 10) | 0;
    target[place] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return writeLineEnd(target, end + 1);
}

function writeLineEnd(target: Buffer, at: number): number {
  target[at] = RETURN;
  target[at + 1] = NEWLINE;
  return at + 2;
}

/** Where the bytes of the argument that begins at `at` begin and end. */
function readFrame(framed: Buffer, at: number): { readonly start: number; readonly end: number } {
  let size = 0;
  let place = at + 1;
  for (let byte = framed[place]; byte !== undefined && byte !== RETURN; byte = framed[place]) {
    size = size * 10 + byte - ZERO;
    place += 1;
  }
  return { start: place + 2, end: place + 2 + size };
}

/** The first `count` entries, in the same bytes. */
export function takeFirst({ framed }: SentEntries, count: number): SentEntries {
  let end = 0;
  for (let index = 0; index < count; index += 1) end = readFrame(framed, end).end + 2;
  return { count, framed: framed.subarray(0, end) };
}

/** The entries as text again. */
export function toLines({ count, framed }: SentEntries): readonly string[] {
  let at = 0;
  return Array.from({ length: count }, () => {
    const { start, end } = readFrame(framed, at);
    at = end + 2;
    return framed.toString('utf8', start, end);
  });
}

/** Entries and the UTF-8 bytes of each. */
export interface MeasuredEntries {
  readonly entries: readonly string[];
  readonly sizes: readonly number[];
}

/** One call as Redis reads it, with its entries as the last arguments. */
export interface PackedCall {
  /** The memory that was taken for it, of which `bytes` is the start. */
  readonly memory: Buffer;
  readonly bytes: Buffer;
  readonly sent: SentEntries;
}

/** Writes a call into memory of `take`, each byte once. */
export function packCall(
  head: readonly string[],
  { entries, sizes }: MeasuredEntries,
  take: (size: number) => Buffer,
): PackedCall {
  let opening = `*${head.length + entries.length}\r\n`;
  for (const arg of head) opening += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
  const openingSize = Buffer.byteLength(opening);
  let total = openingSize;
  for (const size of sizes) total += MARKS + countDigits(size) + size;
  const memory = take(total);
  let at = memory.write(opening);
  for (let index = 0; index < entries.length; index += 1) {
    const [text, size] = [entries[index] ?? '', sizes[index] ?? 0];
    at = writeSize(memory, at, size);
    // An entry of ASCII alone, which most are, takes the shortest way.
    at += memory.write(text, at, size === text.length ? 'latin1' : 'utf8');
    at = writeLineEnd(memory, at);
  }
  const sent = { count: entries.length, framed: memory.subarray(openingSize, total) };
  return { memory, bytes: memory.subarray(0, total), sent };
}

/** Entries as a call would send them, in memory of their own. */
export function frameEntries(entries: readonly string[]): SentEntries {
  const sizes = entries.map((entry) => Buffer.byteLength(entry));
  return packCall([], { entries, sizes }, (size) => Buffer.alloc(size)).sent;
}
