import type { AsyncResource } from 'node:async_hooks';
import type { SecurityEvent } from '../security-event.ts';
import { compilePattern, type EventPattern, type TypeMatcher } from './event-pattern.ts';
import type { HandlerStats } from './handler-stats.ts';

/** Places of the list of waiting events that are kept although their events are gone. */
const FORGET_AT = 1024;

/** What a handler gets beside the event. */
export interface HandlerContext {
  /** Aborted when the time of the call is up: hand it on to whatever the handler waits for. */
  readonly signal: AbortSignal;
}

/** Called with each event; what it answers is awaited, and nothing else is done with it. */
export type SecurityEventHandler = (event: SecurityEvent, context: HandlerContext) => unknown;

/** Makes its controller only when a handler asks for the signal: that costs more than the rest of a call. */
class LazyContext implements HandlerContext {
  #controller: AbortController | null = null;
  #isAborted = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

/** A call that has not settled. */
export interface RunningCall {
  readonly startedAt: number;
  /** Gives the call up: it counts as timed out and no longer as running. */
  expire(): void;
}

/** An event that waits for a handler, with the asynchronous context in which it was logged. */
export interface WaitingEvent {
  readonly event: SecurityEvent;
  readonly context: AsyncResource;
}

/** How many calls of one handler may run, and how many events may wait for a place among them. */
export interface SlotBounds {
  readonly maxRunningCalls: number;
  readonly maxWaitingEvents: number;
}

/** What a slot tells of its calls. */
export interface SlotWatcher {
  readonly now: () => number;
  started(call: RunningCall): void;
  ended(call: RunningCall, slot: HandlerSlot): void;
  failed(pattern: EventPattern, error: unknown): void;
}

/** One handler with its pattern, the events that wait for it, its running calls and its figures. */
export class HandlerSlot {
  readonly pattern: EventPattern;
  readonly handler: SecurityEventHandler;
  readonly isMeant: TypeMatcher;
  readonly #bounds: SlotBounds;
  readonly #waiting: WaitingEvent[] = [];
  #first = 0;
  #succeeded = 0;
  #failed = 0;
  #timedOut = 0;
  #running = 0;
  #skipped = 0;
  #totalMs = 0;
  #maxMs = 0;

  constructor(pattern: EventPattern, handler: SecurityEventHandler, bounds: SlotBounds) {
    this.pattern = pattern;
    this.handler = handler;
    this.isMeant = compilePattern(pattern);
    this.#bounds = bounds;
  }

  get waiting(): number {
    return this.#waiting.length - this.#first;
  }

  get canCall(): boolean {
    return this.waiting > 0 && this.#running < this.#bounds.maxRunningCalls;
  }

  add(waiting: WaitingEvent): void {
    if (this.waiting < this.#bounds.maxWaitingEvents) this.#waiting.push(waiting);
    else this.#skipped += 1;
  }

  /** Forgets the events that wait. */
  clear(): void {
    this.#skipped += this.waiting;
    this.#waiting.length = 0;
    this.#first = 0;
  }

  take(): WaitingEvent | undefined {
    const waiting = this.#waiting[this.#first];
    this.#first += 1;
    if (this.#first >= FORGET_AT || this.#first >= this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return waiting;
  }

  /** Calls the handler; never throws, and what the handler throws or rejects with goes to the watcher. */
  call(event: SecurityEvent, watcher: SlotWatcher): void {
    const startedAt = watcher.now();
    const context = new LazyContext();
    this.#running += 1;
    try {
      const answer: unknown = this.handler(event, context);
      if (isThenable(answer)) this.#watch({ answer, context, startedAt }, watcher);
      else this.#succeed(watcher.now() - startedAt);
    } catch (error) {
      this.#fail(watcher, error);
    }
  }

  toStats(): HandlerStats {
    return {
      pattern: this.pattern,
      calls: this.#succeeded + this.#failed + this.#timedOut + this.#running,
      succeeded: this.#succeeded,
      failed: this.#failed,
      timedOut: this.#timedOut,
      running: this.#running,
      waiting: this.waiting,
      skipped: this.#skipped,
      averageMs: this.#succeeded === 0 ? 0 : this.#totalMs / this.#succeeded,
      totalMs: this.#totalMs,
      maxMs: this.#maxMs,
    };
  }

  #watch({ answer, context, startedAt }: PendingAnswer, watcher: SlotWatcher): void {
    let isOver = false;
    const end = (record: () => void): void => {
      if (isOver) return;
      isOver = true;
      record();
      watcher.ended(call, this);
    };
    const giveUp = (): void => {
      this.#running -= 1;
      this.#timedOut += 1;
      context.abort();
    };
    const call: RunningCall = { startedAt, expire: () => end(giveUp) };
    watcher.started(call);
    // A thenable of the user's may throw in `then`, or call back twice: a promise of ours does neither.
    new Promise((resolve) => resolve(answer)).then(
      () => end(() => this.#succeed(watcher.now() - startedAt)),
      (error: unknown) => end(() => this.#fail(watcher, error)),
    );
  }

  #succeed(ms: number): void {
    this.#running -= 1;
    this.#succeeded += 1;
    this.#totalMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  #fail(watcher: SlotWatcher, error: unknown): void {
    this.#running -= 1;
    this.#failed += 1;
    watcher.failed(this.pattern, error);
  }
}

interface PendingAnswer {
  readonly answer: PromiseLike<unknown>;
  readonly context: LazyContext;
  readonly startedAt: number;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
