import { parseJson } from './parse-json.ts';

/** The third argument of a reviver, which engines before Node 21 do not give. */
function readSource(context: unknown): string | null {
  if (typeof context !== 'object' || context === null || !('source' in context)) return null;
  return typeof context.source === 'string' ? context.source : null;
}

function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}

/** A reviver is called with more than its type says, and sees every value once its members are done. */
function keepNumber(...seen: readonly unknown[]): unknown {
  const [, value, context] = seen;
  if (typeof value !== 'number' || (value !== 0 && isExact(value))) return value;
  const source = readSource(context);
  if (source === null) return value;
  // A number too small for a double reads as 0, which it is not.
  const isZero = !/^-?[0.]*[1-9]/.test(source);
  return value === 0 && isZero ? value : source;
}

/**
 * Parses JSON; a number that a double would change (9007199254740993, 1e400, 1e-400) becomes the text it was written as.
 * Undefined where the nesting is too deep for that: a reviver, unlike the parser, recurses.
 */
export function parseKeepingNumbers(text: string): unknown {
  try {
    return parseJson(text, keepNumber);
  } catch {
    return undefined;
  }
}
