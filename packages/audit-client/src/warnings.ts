import type { AuditLogger } from './audit-logger.ts';
import { runAsOwnWork } from './transports/own-work.ts';

const QUIET_MS = 10_000;

interface Condition {
  loggedAt: number;
  suppressed: number;
}

/** Logs a condition at most once in ten seconds, with the number of times it was kept quiet. */
export interface Warnings {
  /** `condition` is a constant phrase and becomes the message; facts are fields. Never throws. */
  warn(condition: string, facts?: Readonly<Record<string, unknown>>): void;
}

/**
 * A logger that throws or rejects, whose sink is gone (EPIPE), or a clock that throws, must not reach the caller: the
 * application's logger is its own affair, and a warning is not worth an exception in its business code.
 */
export function createWarnings(logger: AuditLogger, now: () => number): Warnings {
  const conditions = new Map<string, Condition>();

  function warn(condition: string, facts: Readonly<Record<string, unknown>>): unknown {
    const known = conditions.get(condition);
    const time = now();
    if (known !== undefined && time - known.loggedAt < QUIET_MS && time >= known.loggedAt) {
      known.suppressed += 1;
      return undefined;
    }
    conditions.set(condition, { loggedAt: time, suppressed: 0 });
    const told = known?.suppressed ? { ...facts, suppressed: known.suppressed } : facts;
    // The logger may have a log transport of this package: a warning must not become an event, nor that the next warning.
    return runAsOwnWork((): unknown => logger.warn(told, condition));
  }

  return {
    warn(condition, facts = {}) {
      try {
        const answer = warn(condition, facts);
        // An async logger fails later, and an unhandled rejection would end the application.
        if (answer !== undefined) {
          Promise.resolve(answer).catch(() => undefined);
        }
      } catch {
        // See above.
      }
    },
  };
}

/** What an error says of itself, without its stack and without the address it was connecting to in full. */
export function toErrorFacts(error: unknown): { readonly err: { readonly message: string; readonly code?: string } } {
  if (!(error instanceof Error)) {
    return { err: { message: 'a value that is not an Error was thrown' } };
  }
  const code: unknown = Reflect.get(error, 'code');
  return { err: { message: error.message.slice(0, 500), ...(typeof code === 'string' ? { code } : {}) } };
}
