import type { EventPattern } from './event-pattern.ts';

/** What became of the calls of one handler. */
export interface HandlerStats {
  readonly pattern: EventPattern;
  /** Calls begun; `calls = succeeded + failed + timedOut + running`. */
  readonly calls: number;
  readonly succeeded: number;
  /** Threw or rejected. */
  readonly failed: number;
  /** Had not settled when their time was up; what they do afterwards is not waited for. */
  readonly timedOut: number;
  readonly running: number;
  /** Events that wait for one of the running calls to end. */
  readonly waiting: number;
  /** Events that this handler did not get, as too many were waiting for it. */
  readonly skipped: number;
  /** From the call to its end, of calls that have settled in time; waiting included. */
  readonly averageMs: number;
  readonly totalMs: number;
  readonly maxMs: number;
}

/** Figures of a bus. */
export interface SecurityEventEmitterStats {
  /** Events handed to the bus for which there was a handler. */
  readonly emitted: number;
  readonly handlers: readonly HandlerStats[];
}
