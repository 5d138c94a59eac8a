/**
 * A body of bytes as a list of events that are JSON values, nothing more: what an event is, the client decides.
 *
 * Refused as a whole with 400, so that nothing of it is stored: bytes that are not UTF-8, a byte order mark, text that
 * is not JSON, nesting that nobody writes by hand. Duplicate keys: the last one wins, as JSON.parse has it.
 * `__proto__` and `constructor` become own properties like any other key.
 */
import { isUtf8 } from 'node:buffer';
import { parseJson } from '@auditlane/schema';
import { Problem } from '../http/problem.ts';
import { findJsonFault } from './json-fault.ts';
import { shapeOf } from './json-shape.ts';

export const MAX_EVENTS = 1000;
/**
 * Commas and opening brackets of a whole body. 8 MiB could hold fourteen times as many, and parsing those stops everybody
 * else for two seconds; this many take a fifth of one. A thousand events with 200 keys each are below it.
 */
const MAX_VALUES = 250_000;

/** Above the depth at which the client cuts metadata (32), and far below where writing JSON back exhausts the stack. */
const MAX_NESTING = 200;
const LINE_FEED = 0x0a;

export type IngestContentType = 'application/json' | 'application/x-ndjson';

/** Returns 1 to 1000 values; throws a Problem otherwise. */
export function parseEvents(body: Buffer, type: IngestContentType): readonly unknown[] {
  if (!isUtf8(body)) {
    throw new Problem('invalid_encoding');
  }
  const events = type === 'application/json' ? parseJsonBody(body) : parseLines(body);
  if (events.length === 0) {
    throw new Problem('empty_batch');
  }
  if (events.length > MAX_EVENTS) {
    throw tooMany();
  }
  return events;
}

function parseJsonBody(body: Buffer): readonly unknown[] {
  const { value } = parsePart(body, { bodyOffset: 0, valuesLeft: MAX_VALUES });
  return Array.isArray(value) ? value : [value];
}

/** The body of a route that takes one JSON value. Throws a Problem for what is none. */
export function parseSingle(body: Buffer): unknown {
  if (!isUtf8(body)) {
    throw new Problem('invalid_encoding');
  }
  return parsePart(body, { bodyOffset: 0, valuesLeft: MAX_VALUES }).value;
}

/** One event per line; empty lines are passed over. Offsets in refusals count from the start of the body. */
function parseLines(body: Buffer): readonly unknown[] {
  const events: unknown[] = [];
  let valuesLeft = MAX_VALUES;
  let start = skipBlank(body, 0);
  while (start < body.length) {
    if (events.length === MAX_EVENTS) {
      throw tooMany();
    }
    const feed = body.indexOf(LINE_FEED, start);
    const end = feed === -1 ? body.length : feed;
    const line = parsePart(body.subarray(start, end), { bodyOffset: start, valuesLeft });
    events.push(line.value);
    valuesLeft -= line.values;
    start = skipBlank(body, end);
  }
  return events;
}

interface ParseContext {
  /** Where the bytes begin in the body, for refusals. */
  readonly bodyOffset: number;
  /** How many values the rest of the body may have. */
  readonly valuesLeft: number;
}

function parsePart(bytes: Buffer, { bodyOffset, valuesLeft }: ParseContext): { value: unknown; values: number } {
  const isArray = bytes.toString('latin1', 0, 64).trimStart().startsWith('[');
  const limits = { nesting: MAX_NESTING, commas: isArray ? MAX_EVENTS - 1 : Infinity, values: valuesLeft };
  const shape = shapeOf(bytes, limits);
  if (shape.commas > limits.commas) {
    throw tooMany();
  }
  if (shape.nesting > limits.nesting) {
    throw new Problem('json_too_deep', { detail: `At most ${MAX_NESTING} levels are accepted.` });
  }
  if (shape.values > limits.values) {
    throw new Problem('body_too_large', { detail: `At most ${MAX_VALUES} commas and brackets are accepted.` });
  }
  const text = bytes.toString('utf8');
  try {
    return { value: parseJson(text), values: shape.values };
  } catch (error) {
    const offset = bodyOffset + Buffer.byteLength(text.slice(0, findJsonFault(text)));
    throw new Problem('invalid_json', {
      detail: `It stops being JSON at byte ${offset}.`,
      members: { offset },
      cause: error,
    });
  }
}

/** Index of the first byte from `at` on that is no white space of JSON. A body of line feeds alone costs no more than reading it. */
function skipBlank(body: Buffer, at: number): number {
  let index = at;
  let byte = body[index];
  while (byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09) {
    index += 1;
    byte = body[index];
  }
  return index;
}

function tooMany(): Problem {
  return new Problem('batch_too_large', { detail: `At most ${MAX_EVENTS} events are accepted in one request.` });
}
