const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Deepest nesting of arrays and objects in JSON text, counted on the bytes so that it costs no stack and no memory;
 * stops at `limit` + 1. Text that is not JSON gives some number; parsing it will fail anyway.
 */
export function nestingOf(bytes: Uint8Array, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let index = 0; index < bytes.length && deepest <= limit; index += 1) {
    const byte = bytes[index];
    if (isInText) {
      if (byte === BACKSLASH) {
        index += 1;
      } else if (byte === QUOTE) {
        isInText = false;
      }
    } else if (byte === QUOTE) {
      isInText = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
  return deepest;
}
