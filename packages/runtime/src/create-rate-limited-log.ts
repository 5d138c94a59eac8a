import type { Logger } from 'pino';

const DEFAULT_INTERVAL_MS = 10_000;
const MAX_CONDITIONS = 1000;

/** Says something about a condition, now or not at all. Returns whether it was said. */
type LimitedRecord = (condition: string, fields: object, message: string) => boolean;

export interface RateLimitedLog {
  readonly info: LimitedRecord;
  readonly warn: LimitedRecord;
  readonly error: LimitedRecord;
}

export interface RateLimitedLogOptions {
  /** Least time between two lines of one condition, default 10 s. */
  readonly intervalMs?: number;
  /** Milliseconds; default a monotonic clock. */
  readonly clock?: () => number;
}

/**
 * Wraps a logger so that one condition is logged at most once per interval; the next line carries `repeated`, how
 * often it was kept silent since. Conditions are named by the program, never by user input, and at most 1000 are
 * remembered.
 */
export function createRateLimitedLog(logger: Logger, options: RateLimitedLogOptions = {}): RateLimitedLog {
  const intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
  const clock = options.clock ?? (() => performance.now());
  const said = new Map<string, { at: number; repeated: number }>();
  const at =
    (level: keyof RateLimitedLog): LimitedRecord =>
    (condition, fields, message) => {
      const last = said.get(condition);
      const now = clock();
      if (last !== undefined && now - last.at < intervalMs) {
        last.repeated += 1;
        return false;
      }
      if (said.size >= MAX_CONDITIONS) {
        said.clear();
      }
      said.set(condition, { at: now, repeated: 0 });
      logger[level](
        last === undefined || last.repeated === 0 ? fields : { ...fields, repeated: last.repeated },
        message,
      );
      return true;
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
