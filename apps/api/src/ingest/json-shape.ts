const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** What can be said of JSON text without parsing it. */
export interface JsonShape {
  /** Deepest nesting of arrays and objects. */
  readonly nesting: number;
  /** Commas directly inside the outermost array or object. */
  readonly commas: number;
  /** Commas and opening brackets anywhere: at least as many as half of the values that parsing makes. */
  readonly values: number;
}

/**
 * Looks at the bytes of JSON text, so that what is too deep or too many is refused before it costs stack or memory.
 * Stops one above any limit. Text that is not JSON gives some shape; parsing it will fail anyway.
 */
export function shapeOf(bytes: Uint8Array, limits: JsonShape): JsonShape {
  let depth = 0;
  let nesting = 0;
  let commas = 0;
  let values = 0;
  const isWithin = (): boolean => nesting <= limits.nesting && commas <= limits.commas && values <= limits.values;
  for (let index = 0; index < bytes.length && isWithin(); index += 1) {
    switch (bytes[index]) {
      case QUOTE:
        index = endOfText(bytes, index);
        break;
      case COMMA:
        commas += depth === 1 ? 1 : 0;
        values += 1;
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        values += 1;
        nesting = Math.max(nesting, depth);
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
      default:
        break;
    }
  }
  return { nesting, commas, values };
}

/** Index of the quote that closes the text opened at `start`; the length when none does. */
function endOfText(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== QUOTE) {
    index += bytes[index] === BACKSLASH ? 2 : 1;
  }
  return index;
}
