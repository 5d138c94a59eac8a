import { types } from 'node:util';

const MIN_TIME_MS = 0;
const MAX_TIME_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MAX_TIME_CHARACTERS = 64;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}:\d{2})(?:(:\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** The last time that was written: under load many events have the same millisecond. */
let lastMs = Number.NaN;
let lastIso = '';

/** ISO 8601 in UTC for a time within 1970 to 9999, else null. */
function toIso(ms: number): string | null {
  if (ms !== lastMs) {
    if (!(ms >= MIN_TIME_MS && ms <= MAX_TIME_MS)) return null;
    lastIso = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastIso;
}

function toZone(zone: string | undefined): string {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 'Z';
  if (zone.length === 3) return `${zone}:00`;
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

function parseIso(text: string): string | null {
  const match = text.length <= MAX_TIME_CHARACTERS ? ISO.exec(text) : null;
  if (match === null) return null;
  const [, year, month, day, clock = '00:00', seconds = ':00', fraction = '', zone] = match;
  // V8 reads 30 February as 2 March, and Postgres refuses it.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return null;
  const iso = toIso(
    Date.parse(`${year}-${month}-${day}T${clock}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${toZone(zone)}`),
  );
  const microseconds = fraction.slice(3, 6);
  return iso !== null && microseconds !== '' ? `${iso.slice(0, -1)}${microseconds}Z` : iso;
}

/**
 * When an event happened, as ISO 8601 in UTC; null for what is no time from 1970 to 9999.
 * Takes a Date, an ISO 8601 string (UTC where it names no zone; microseconds are kept, finer is cut) or epoch milliseconds.
 */
export function toOccurredAt(value: unknown): string | null {
  if (typeof value === 'string') return parseIso(value);
  if (typeof value === 'number') return toIso(value);
  return types.isDate(value) ? toIso(Date.prototype.getTime.call(value)) : null;
}
