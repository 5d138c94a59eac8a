import type { AuditClient } from '../../audit-client.ts';
import type { RejectionReason } from '../../receipt.ts';
import { isLasting, toRejection } from '../../receipts.ts';
import type { EventProcessor } from '../event-processor.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { EventGate } from '../processors/event-gate.ts';
import type { SecurityEvent } from '../security-event.ts';
import { Backpressure } from './backpressure.ts';
import { BatchDelivery, type EventEnd } from './batch-delivery.ts';
import { type BatchEvents, ENDING_EVENTS } from './batch-events.ts';
import { BatchIntake } from './batch-intake.ts';
import { BatchLanes } from './batch-lanes.ts';
import type { BatchSettings } from './batch-settings.ts';
import { type BatchProcessingStats, BatchStats } from './batch-stats.ts';
import { mintEventId } from './complete-event.ts';
import { Deduplicator, type Standing } from './deduplicator.ts';
import { Flushes, type FlushResult } from './flushes.ts';
import { HeldEvent } from './held-event.ts';
import { createIdentity } from './identity.ts';
import { OpenClaims } from './open-claims.ts';
import { createUndelivered } from './undelivered.ts';
import { WaitingEvents } from './waiting-events.ts';

export interface EventCoreOptions {
  readonly settings: BatchSettings;
  readonly processor: EventProcessor;
  /** Asked for when needed first: the default client is made from the environment of then. */
  readonly client: () => AuditClient;
  readonly gate: () => EventGate | null;
  /** Must not throw. */
  readonly emit: <Name extends keyof BatchEvents>(name: Name, ...payload: BatchEvents[Name]) => void;
  readonly warn: (condition: string, error: unknown) => void;
  readonly inOwnScope: (work: () => void) => void;
}

/** Calls of `add` within each other whose ends are told. */
const MAX_DEPTH = 4;

const now = (): number => performance.now();

/**
 * The parts of a batched processor and the way of an event through them: window, pressure, intake, queue, delivery, end.
 * Every event that is counted as received ends exactly once, here, in `#end`.
 */
export class EventCore {
  readonly #options: EventCoreOptions;
  readonly #stats = new BatchStats();
  readonly #waiting = new WaitingEvents();
  readonly #flushes = new Flushes();
  readonly #toKey: (event: SecurityEvent) => string | null;
  readonly #windows: Deduplicator;
  readonly #pressure: Backpressure;
  readonly #intake: BatchIntake;
  readonly #lanes: BatchLanes;
  readonly #delivery: BatchDelivery;
  readonly #claims: OpenClaims;
  #lastPlace = 0;
  /** Events that have entered the queues and have not ended. */
  #entered = 0;
  #draining: Promise<void> | null = null;
  /** Calls of `add` within each other: listeners and fingerprints may add events. */
  #depth = 0;

  constructor(options: EventCoreOptions) {
    const { settings, processor, gate, warn } = options;
    this.#options = options;
    this.#toKey = createIdentity(settings.fingerprint);
    this.#claims = new OpenClaims(settings.maxQueueSize);
    this.#windows = this.#createWindows();
    this.#pressure = this.#createPressure();
    const onHurry = (held: HeldEvent): void => this.#lanes.flushUpTo(held.place);
    this.#intake = new BatchIntake({ processor, settings, gate, onHurry, warn });
    this.#delivery = this.#createDelivery();
    this.#lanes = this.#createLanes();
  }

  /** Whether there is anything to be drained, or to be removed from the journal. */
  get isHolding(): boolean {
    return this.#stats.held > 0 || this.#windows.hasDuplicates || this.#intake.hasCopies;
  }

  stats(): BatchProcessingStats {
    return this.#stats.read();
  }

  add(event: SecurityEvent, isClosed: boolean): Promise<EventReceipt> {
    this.#depth += 1;
    try {
      return new Promise((resolve) => this.#add(new HeldEvent(event, { addedAt: now(), answer: resolve }), isClosed));
    } finally {
      this.#depth -= 1;
    }
  }

  #add(held: HeldEvent, isClosed: boolean): void {
    this.#stats.received(held);
    const standing = isClosed ? 'closed' : this.#judge(held);
    if (standing === 'closed') {
      this.#drop(held, 'closed', 'closed');
    } else if (standing === 'first') {
      this.#enter(held);
    } else if (standing === 'duplicate') {
      this.#deduplicated(held, 'duplicate');
    } else {
      this.#wait(standing, held);
    }
  }

  #createWindows(): Deduplicator {
    const { settings, inOwnScope, warn } = this.#options;
    return new Deduplicator({
      windowMs: settings.deduplicationWindow,
      maxBytes: settings.maxQueueBytes,
      store: settings.deduplicationStore,
      mayAsk: () => this.#claims.hasRoom && !this.#pressure.isOver,
      mintId: mintEventId,
      onSummary: (summary, isOwnWork) => inOwnScope(() => this.#addSummary(summary, isOwnWork)),
      onError: (error) => warn('the deduplication store did not answer, each process counts for itself', error),
      now,
    });
  }

  #createPressure(): Backpressure {
    const { settings, emit } = this.#options;
    return new Backpressure({
      isEnabled: settings.enableBackpressure,
      maxQueueSize: settings.maxQueueSize,
      maxQueueBytes: settings.maxQueueBytes,
      waiting: this.#waiting,
      heldCount: () => this.#stats.held,
      heldBytes: () => this.#stats.heldBytes,
      toKey: this.#toKey,
      onMerged: (into, from, before) => this.#merged(into, from, before),
      onGivenWay: (held) => this.#drop(held, 'backpressure', 'dropped'),
      onChange: (name, pressure) => {
        this.#delivery.setPressed(name === 'backpressure:on');
        emit(name, pressure);
      },
    });
  }

  #createDelivery(): BatchDelivery {
    const { processor, settings, client, gate, emit, warn } = this.#options;
    return new BatchDelivery({
      processor,
      settings,
      undelivered: () => createUndelivered(client(), gate()),
      onEnd: (end) => this.#delivered(end),
      onCalled: (priority, ms) => this.#stats.called(priority, ms),
      onAnswered: (batch) => emit('batch:processed', batch),
      onError: (error) => {
        warn('an event processor did not take a batch', error.cause ?? error);
        emit('batch:error', error);
      },
      onDefect: (error) => warn('a batch could not be brought to its end', error),
      random: Math.random,
      now,
    });
  }

  #createLanes(): BatchLanes {
    const { settings, inOwnScope } = this.#options;
    return new BatchLanes({
      settings,
      waiting: this.#waiting,
      start: (priority, batch) => void this.#delivery.deliver(priority, batch, () => this.#lanes.batchEnded(priority)),
      now,
      inOwnScope,
    });
  }

  #judge(held: HeldEvent): Standing | Promise<Standing> {
    if (!this.#options.settings.enableDeduplication) {
      return 'first';
    }
    held.key = this.#toKey(held.event);
    return held.key === null ? 'first' : this.#windows.judge(held.event, held.key, held.bytes);
  }

  flush(): Promise<FlushResult> {
    return this.#claims.isEmpty ? this.#flushNow() : this.#claims.answered().then(() => this.#flushNow());
  }

  /** Ends the windows and brings everything that came before to its end without a pause. Never rejects. */
  async drain(): Promise<void> {
    // Again, for what came while an earlier drain was under way.
    for (let round = 0; round < 2; round += 1) {
      this.#draining ??= this.#drainOnce().finally(() => (this.#draining = null));
      await this.#draining;
    }
  }

  /** Drains, and closes what this has opened. */
  async close(): Promise<void> {
    await this.drain();
    await this.#intake.close();
  }

  async #drainOnce(): Promise<void> {
    this.#delivery.setDraining(true);
    try {
      await this.#claims.answered();
      this.#windows.endAll();
      await this.#flushNow();
    } finally {
      this.#delivery.setDraining(false);
    }
    if (this.#stats.held === 0) await this.#intake.clear();
  }

  #flushNow(): Promise<FlushResult> {
    const flushed = this.#flushes.begin(this.#lastPlace, this.#entered);
    this.#lanes.flushUpTo(this.#lastPlace);
    return flushed;
  }

  #wait(standing: Promise<Standing>, held: HeldEvent): void {
    this.#claims.add(standing, (answer) => {
      this.#options.inOwnScope(() => (answer === 'first' ? this.#enter(held) : this.#deduplicated(held, 'duplicate')));
    });
  }

  #addSummary(summary: SecurityEvent, isOwnWork: boolean): void {
    const held = new HeldEvent(summary, { addedAt: now(), answer: () => undefined, isSummary: true, isOwnWork });
    this.#stats.received(held);
    this.#stats.summarized();
    this.#enter(held);
  }

  #enter(held: HeldEvent): void {
    this.#lastPlace += 1;
    held.place = this.#lastPlace;
    this.#entered += 1;
    const entrance = this.#pressure.enter(held);
    if (entrance === 'merged') {
      return;
    }
    if (entrance === 'refused') {
      this.#drop(held, 'backpressure', 'dropped');
      return;
    }
    const refused = this.#intake.prepare(held);
    if (refused !== null) {
      const ending = isLasting(refused.reason) ? 'dropped' : 'failed';
      this.#delivered({ held, ending, receipt: refused, reason: refused.reason });
      return;
    }
    this.#waiting.add(held);
    this.#lanes.wake();
    void this.#intake.accept(held);
  }

  #merged(into: HeldEvent, from: HeldEvent, before: SecurityEvent): void {
    const gate = this.#options.gate();
    gate?.amend(before, into.event);
    gate?.coalesced(from.event);
    this.#intake.left(into, before);
    if (into.isEnded) this.#windows.forget(from.key ?? '', from.event.id);
    else this.#windows.merged(from.key ?? '', from.event.id, into.event);
    this.#deduplicated(from, 'coalesced');
  }

  #deduplicated(held: HeldEvent, reason: 'duplicate' | 'coalesced'): void {
    this.#end({ held, ending: 'deduplicated', receipt: { id: held.event.id, status: 'deduplicated' }, reason });
  }

  #drop(held: HeldEvent, reason: string, rejection: RejectionReason): void {
    this.#delivered({ held, ending: 'dropped', receipt: toRejection(rejection), reason });
  }

  #delivered(end: EventEnd): void {
    if (end.ending === 'dropped') {
      this.#options.gate()?.giveUp(end.held.event, end.reason, end.held.stands);
    }
    this.#end(end);
  }

  /** The one place where an event ends. Sums, receipts and flushes are settled before anybody is told. */
  #end({ held, ending, receipt, reason }: EventEnd): void {
    const { event } = held;
    held.isEnded = true;
    this.#stats.ended(held, ending);
    if (receipt.status === 'rejected') {
      this.#windows.forget(held.key ?? '', event.id);
    }
    held.answer(receipt);
    this.#intake.left(held, event);
    this.#intake.ended(held, { ending, reason });
    if (held.place !== Number.POSITIVE_INFINITY) {
      this.#entered -= 1;
      this.#flushes.ended(held.place, ending);
    }
    this.#pressure.left();
    const name = ENDING_EVENTS[ending];
    // Deeper, a listener adds events of which it is told at once: counted, but not told, or the stack would end first.
    if (name !== null && this.#depth <= MAX_DEPTH) {
      this.#options.emit(name, { ...event, reason });
    }
  }
}
