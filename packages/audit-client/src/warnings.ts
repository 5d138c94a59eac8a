import type { AuditLogger } from './audit-logger.ts';
import { runAsOwnWork } from './transports/own-work.ts';

const QUIET_MS = 10_000;
const MAX_MESSAGE_CHARACTERS = 500;

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

/**
 * What an error says of itself, without its stack and without the address it was connecting to in full. Total: it is
 * called in the handlers of foreign errors, where a second throw would end the process.
 */
export function toErrorFacts(error: unknown): { readonly err: { readonly message: string; readonly code?: string } } {
  const message = readErrorMessage(error);
  if (message === null) {
    return { err: { message: 'a value that is not an Error was thrown' } };
  }
  const code = readProperty(error, 'code');
  return { err: { message, ...(typeof code === 'string' ? { code } : {}) } };
}

/** The message of an Error, cut; null for what is no Error, or has no text for a message. Total. */
export function readErrorMessage(error: unknown): string | null {
  try {
    const message = error instanceof Error ? readProperty(error, 'message') : null;
    return typeof message === 'string' ? message.slice(0, MAX_MESSAGE_CHARACTERS) : null;
  } catch {
    // A Proxy that does not say what it is.
    return null;
  }
}

function readProperty(target: unknown, key: string): unknown {
  try {
    return typeof target === 'object' && target !== null ? Reflect.get(target, key) : undefined;
  } catch {
    return undefined;
  }
}
