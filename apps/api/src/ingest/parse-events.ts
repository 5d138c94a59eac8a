/**
 * A body of bytes as a list of events that are JSON values, nothing more: what an event is, the client decides.
 *
 * Refused as a whole with 400, so that nothing of it is stored: bytes that are not UTF-8, a byte order mark, text that
 * is not JSON, nesting that nobody writes by hand. Duplicate keys: the last one wins, as JSON.parse has it.
 * `__proto__` and `constructor` become own properties like any other key.
 */
import { isUtf8 } from 'node:buffer';
import { Problem } from '../http/problem.ts';
import { findJsonFault } from './json-fault.ts';
import { shapeOf } from './json-shape.ts';

export const MAX_EVENTS = 1000;

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
  const value = parseJson(body, 0);
  return Array.isArray(value) ? value : [value];
}

/** One event per line; empty lines are passed over. Offsets in refusals count from the start of the body. */
function parseLines(body: Buffer): readonly unknown[] {
  const events: unknown[] = [];
  for (let start = 0; start < body.length;) {
    const feed = body.indexOf(LINE_FEED, start);
    const end = feed === -1 ? body.length : feed;
    const line = body.subarray(start, end);
    if (!isBlank(line)) {
      if (events.length === MAX_EVENTS) {
        throw tooMany();
      }
      events.push(parseJson(line, start));
    }
    start = end + 1;
  }
  return events;
}

function parseJson(bytes: Buffer, bodyOffset: number): unknown {
  const isArray = bytes.toString('latin1', 0, 64).trimStart().startsWith('[');
  const limits = { nesting: MAX_NESTING, commas: isArray ? MAX_EVENTS - 1 : Infinity };
  const shape = shapeOf(bytes, limits);
  if (shape.commas > limits.commas) {
    throw tooMany();
  }
  if (shape.nesting > limits.nesting) {
    throw new Problem('json_too_deep', { detail: `At most ${MAX_NESTING} levels are accepted.` });
  }
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = bodyOffset + Buffer.byteLength(text.slice(0, findJsonFault(text)));
    throw new Problem('invalid_json', {
      detail: `It stops being JSON at byte ${offset}.`,
      members: { offset },
      cause: error,
    });
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function tooMany(): Problem {
  return new Problem('batch_too_large', { detail: `At most ${MAX_EVENTS} events are accepted in one request.` });
}
