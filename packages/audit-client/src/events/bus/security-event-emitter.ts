import { AsyncResource } from 'node:async_hooks';
import type { EventIssue } from '@auditlane/schema';
import { type AuditLogger, createStderrLogger } from '../../audit-logger.ts';
import { createWarnings, toErrorFacts, type Warnings } from '../../warnings.ts';
import type { DetailsOf, KnownEventType } from '../catalogue/security-event-details.ts';
import { currentCorrelationId, runWithCorrelation } from '../correlation/correlation.ts';
import type { SecurityEvent } from '../security-event.ts';
import { readEmitterSettings } from './emitter-settings.ts';
import type { EventPattern } from './event-pattern.ts';
import {
  type HandlerContext,
  HandlerSlot,
  type RunningCall,
  type SecurityEventHandler,
  type SlotBounds,
  type SlotWatcher,
} from './handler-slot.ts';
import type { SecurityEventEmitterStats } from './handler-stats.ts';

const CALLS_A_TURN = 200;
const MAX_REMEMBERED_TYPES = 1000;

/** An event whose type is known, with the details that go with it. */
export type EventOf<Type extends string> = SecurityEvent & { readonly type: Type; readonly details: DetailsOf<Type> };

/** How a bus bounds its handlers. What is invalid has its default instead; the log says so, and `issues` of the bus names it. */
export interface SecurityEventEmitterOptions {
  /** Milliseconds after which a call that has not settled is given up, and its place is free again; 1 to 600000. Default 10000. */
  readonly handlerTimeout?: number | undefined;
  /** Calls of one handler that may run at the same time, 1 to 1000000. Default 100. */
  readonly maxRunningCalls?: number | undefined;
  /** Events that may wait for one handler, 1 to 10000000; it does not get those beyond, and they are counted. Default 10000. */
  readonly maxWaitingEvents?: number | undefined;
  /** Where failing handlers are reported, at most once in 10 s. Default JSON lines on stderr. */
  readonly logger?: AuditLogger | undefined;
}

/**
 * The bus: hands each event to the handlers that want it, beside storage and never instead of it.
 *
 * Handlers are called after the turn in which the event was logged, 200 calls a turn, in the asynchronous context of the
 * call that logged it and within the correlation of the event. They do not see each other: one that throws, rejects, never
 * settles or is slow costs the others nothing but the time for which it blocks the process. Memory is bounded for each
 * handler by `maxRunningCalls` and `maxWaitingEvents`. A crash loses the calls; the events have gone their own way. A
 * handler that logs the event it handles never ends.
 */
export class SecurityEventEmitter {
  /** What was wrong with the options: these have their defaults. */
  readonly issues: readonly EventIssue[];
  readonly #handlerTimeout: number;
  readonly #bounds: SlotBounds;
  readonly #warnings: Warnings;
  readonly #watcher: SlotWatcher;
  readonly #slots = new Set<HandlerSlot>();
  readonly #byType = new Map<string, readonly HandlerSlot[]>();
  /** Slots with events that wait and places for calls. */
  readonly #ready = new Set<HandlerSlot>();
  /** In the order of their start, so the first is the first to expire. */
  readonly #running = new Set<RunningCall>();
  #idle: (() => void)[] = [];
  #emitted = 0;
  #isScheduled = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: SecurityEventEmitterOptions = {}) {
    const { settings, issues } = readEmitterSettings(options);
    this.issues = issues;
    this.#handlerTimeout = settings.handlerTimeout;
    this.#bounds = settings;
    this.#warnings = createWarnings(settings.logger ?? createStderrLogger(), Date.now);
    if (issues.length > 0) {
      this.#warnings.warn('security event bus has invalid options: the defaults are used instead', { issues });
    }
    this.#watcher = {
      now: () => performance.now(),
      started: (call) => this.#start(call),
      ended: (call, slot) => this.#end(call, slot),
      failed: (pattern, error) =>
        this.#warnings.warn('a handler of security events failed', {
          pattern: String(pattern),
          ...toErrorFacts(error),
        }),
    };
  }

  /**
   * Calls `handler` with every event of this type from now on. `pattern`: a type, a text with `*` (`auth.*`; see
   * `EventPattern`), or a regular expression. The same handler may be added under several patterns. What is no function,
   * or no pattern, is not added, and the log says so.
   */
  on<Type extends KnownEventType>(
    pattern: Type,
    handler: (event: EventOf<Type>, context: HandlerContext) => unknown,
  ): this;
  on(pattern: EventPattern, handler: SecurityEventHandler): this;
  on(pattern: EventPattern, handler: SecurityEventHandler): this {
    if (typeof handler !== 'function' || !isPattern(pattern)) {
      this.#warnings.warn('what is no handler of security events, or has no pattern, was not added', {
        pattern: isPattern(pattern) ? String(pattern) : typeof pattern,
        handler: typeof handler,
      });
      return this;
    }
    this.#slots.add(new HandlerSlot(pattern, handler, this.#bounds));
    this.#byType.clear();
    return this;
  }

  /** Takes a handler back from `pattern`; what waits for it is forgotten, what runs goes on. Unknown ones are no error. */
  off(pattern: EventPattern, handler: (event: never, context: HandlerContext) => unknown): this {
    for (const slot of this.#slots) {
      if (slot.handler === handler && isSamePattern(slot.pattern, pattern)) {
        slot.clear();
        this.#slots.delete(slot);
        this.#ready.delete(slot);
      }
    }
    this.#byType.clear();
    return this;
  }

  /** Hands an event to its handlers, which are called after this turn. Never throws. */
  emit(event: SecurityEvent): void {
    const slots = this.#findSlots(event.type);
    if (slots.length === 0) return;
    this.#emitted += 1;
    const waiting = { event, context: new AsyncResource('SecurityEventHandler') };
    for (const slot of slots) {
      slot.add(waiting);
      this.#ready.add(slot);
    }
    this.#schedule();
  }

  /** Resolves when no event waits and no call runs; hanging calls end it by their time. Never rejects. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    this.#timer?.ref();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Figures since this bus was made. */
  getStats(): SecurityEventEmitterStats {
    return { emitted: this.#emitted, handlers: Array.from(this.#slots, (slot) => slot.toStats()) };
  }

  #findSlots(type: string): readonly HandlerSlot[] {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const found = [...this.#slots].filter((slot) => slot.isMeant(type));
    if (this.#byType.size >= MAX_REMEMBERED_TYPES) this.#byType.clear();
    this.#byType.set(type, found);
    return found;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#ready.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.#callSome());
  }

  #callSome(): void {
    this.#isScheduled = false;
    let left = CALLS_A_TURN;
    while (left > 0 && this.#ready.size > 0) {
      for (const slot of this.#ready) {
        const waiting = slot.canCall && left > 0 ? slot.take() : undefined;
        if (waiting === undefined) {
          if (!slot.canCall) this.#ready.delete(slot);
          continue;
        }
        left -= 1;
        waiting.context.runInAsyncScope(() => this.#call(slot, waiting.event));
      }
    }
    this.#schedule();
    this.#settleIdle();
  }

  #call(slot: HandlerSlot, event: SecurityEvent): void {
    if (event.correlationId === currentCorrelationId()) slot.call(event, this.#watcher);
    else runWithCorrelation(event.correlationId, () => slot.call(event, this.#watcher));
  }

  #start(call: RunningCall): void {
    this.#running.add(call);
    if (this.#timer === null) this.#arm(this.#handlerTimeout);
  }

  #end(call: RunningCall, slot: HandlerSlot): void {
    this.#running.delete(call);
    if (slot.canCall && this.#slots.has(slot)) this.#ready.add(slot);
    this.#schedule();
    this.#settleIdle();
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#expire(), ms);
    // A call that hangs is no reason to keep a process, unless somebody waits for the end of it.
    if (this.#idle.length === 0) this.#timer.unref();
  }

  #expire(): void {
    this.#timer = null;
    const latest = performance.now() - this.#handlerTimeout;
    for (const call of this.#running) {
      // Timers may come a fraction of a millisecond early.
      if (call.startedAt > latest + 1) {
        this.#arm(Math.max(1, call.startedAt - latest));
        return;
      }
      call.expire();
    }
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && [...this.#slots].every((slot) => slot.waiting === 0);
  }

  #settleIdle(): void {
    if (this.#idle.length === 0 || !this.#isIdle()) return;
    const waiting = this.#idle;
    this.#idle = [];
    this.#timer?.unref();
    for (const resolve of waiting) resolve();
  }
}

function isPattern(value: unknown): value is EventPattern {
  return typeof value === 'string' || value instanceof RegExp;
}

function isSamePattern(known: EventPattern, pattern: EventPattern): boolean {
  return (
    known === pattern || (known instanceof RegExp && pattern instanceof RegExp && String(known) === String(pattern))
  );
}
