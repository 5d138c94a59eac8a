import type { LogRecord } from '../log-record.ts';
import { toLevelName, toLevelNumber } from './pino-levels.ts';
import type { PinoOptions } from './pino-options-check.ts';

/** Below it a number of a clock is in seconds: as milliseconds it would be before March 1973. */
const FIRST_MS = 1e11;

/** A line that was read: a record, nothing that concerns the transport, or no line of pino's. */
export type ReadLine =
  | { readonly kind: 'record'; readonly record: LogRecord }
  | { readonly kind: 'below' }
  | { readonly kind: 'unreadable' };

/** Reads a line as pino writes them: `pid` stays, `hostname` is the host, `name` the logger. Never throws. */
export function readLine(
  line: string,
  options: Pick<PinoOptions, 'level' | 'levels' | 'messageKey' | 'errorKey'>,
): ReadLine {
  const given = parseObject(line);
  if (given === null) return { kind: 'unreadable' };
  const { messageKey, errorKey } = options;
  const { level, time, hostname, name, [messageKey]: message, [errorKey]: err, ...others } = given;
  const number = typeof level === 'number' ? level : toLevelNumber(String(level));
  // A level that is a text of the user's has no number to be compared with.
  if (number !== undefined && number < options.level) return { kind: 'below' };
  const { error = err, ...fields } = err === undefined ? others : { ...others, error: err };
  const context = {
    ...(hostname === undefined ? {} : { host: hostname }),
    ...(name === undefined ? {} : { logger: name }),
  };
  return {
    kind: 'record',
    record: {
      level: nameOf(level, options.levels),
      message: typeof message === 'string' ? message : '',
      time: toTime(time),
      fields: { ...context, ...fields },
      error,
    },
  };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A custom level may stand in the table by its number; otherwise it is the next one of pino's below it. */
function nameOf(level: unknown, table: PinoOptions['levels']): string {
  if (typeof level === 'string') return level;
  if (typeof level !== 'number') return 'info';
  return Object.hasOwn(table, String(level)) ? String(level) : toLevelName(level);
}

function toTime(time: unknown): number | null {
  const number = typeof time === 'string' ? Date.parse(time) : time;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  return number < FIRST_MS ? number * 1000 : number;
}
