import type { SecurityEvent } from '../security-event.ts';

/** What a value costs besides its characters: a place in its object, and mostly a header. */
const VALUE_BYTES = 16;
/** More than the copy of any details has; beyond, and deeper, nothing is looked at. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 64;

/** A look through the details of one event. */
interface Look {
  bytes: number;
  valuesLeft: number;
}

/**
 * Roughly how many bytes an event keeps in memory by its details and its texts: a character is one, a key or value 16 more.
 * Accessors are not run. Never throws, and goes into no more than 20,000 values. Text beyond Latin-1 really takes two a character.
 */
export function toEventBytes({ type, source, correlationId, dedupKey, details }: SecurityEvent): number {
  const look: Look = {
    bytes: type.length + source.length + (correlationId?.length ?? 0) + (dedupKey?.length ?? 0),
    valuesLeft: MAX_VALUES,
  };
  try {
    weigh(details, 0, look);
  } catch {
    // A proxy of the user's: what was seen before counts.
  }
  return look.bytes;
}

function weigh(value: unknown, depth: number, look: Look): void {
  look.valuesLeft -= 1;
  look.bytes += VALUE_BYTES;
  if (typeof value === 'string') {
    look.bytes += value.length;
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    weighMembers(value, depth, look);
  }
}

function weighMembers(target: object, depth: number, look: Look): void {
  if (ArrayBuffer.isView(target)) {
    look.bytes += target.byteLength;
  } else if (Array.isArray(target)) {
    for (let index = 0; index < target.length && look.valuesLeft > 0; index += 1) {
      weigh(Object.getOwnPropertyDescriptor(target, index)?.value, depth + 1, look);
    }
  } else {
    for (const key of Object.keys(target)) {
      if (look.valuesLeft <= 0) {
        return;
      }
      look.bytes += key.length;
      weigh(Object.getOwnPropertyDescriptor(target, key)?.value, depth + 1, look);
    }
  }
}
