import { EventEmitter } from 'node:events';
import type { EventIssue } from '@auditlane/schema';
import type { AuditClient } from '../../audit-client.ts';
import { createStderrLogger } from '../../audit-logger.ts';
import { onBeforeExit } from '../../before-exit.ts';
import { defaultAuditClient } from '../../default-client.ts';
import { toRejection } from '../../receipts.ts';
import { runOutside } from '../../run-outside.ts';
import { createWarnings, toErrorFacts, type Warnings } from '../../warnings.ts';
import type { EventProcessor } from '../event-processor.ts';
import type { EventReceipt } from '../event-receipt.ts';
import { type EventGate, findEventGate } from '../processors/event-gate.ts';
import { QueueEventProcessor } from '../processors/queue-event-processor.ts';
import type { BatchEvents } from './batch-events.ts';
import type { BatchProcessingOptions } from './batch-options.ts';
import { type BatchSettings, readBatchSettings } from './batch-settings.ts';
import type { BatchProcessingStats } from './batch-stats.ts';
import type { SecurityEvent } from '../security-event.ts';
import { completeEvent, type NewSecurityEvent } from './complete-event.ts';
import { EventCore } from './event-core.ts';
import type { FlushResult } from './flushes.ts';

const MOST_CRITICAL = 5;

let add: (processor: BatchedEventProcessor, event: SecurityEvent) => Promise<EventReceipt>;
let create: (...parts: Parameters<typeof createOwnedProcessor>) => BatchedEventProcessor;

/**
 * Collects security events by priority and hands them to an {@link EventProcessor} in batches. It never throws into its
 * caller, and what it holds is bounded by `maxQueueSize` and `maxQueueBytes`.
 *
 * Life of an event: it is a duplicate within a window and counted; or it waits in the queue of its priority until its batch
 * is due; is handed over, again after a failure, under the same id; and is processed. After `maxRetryAttempts` it goes to
 * the client's spool, or to `audit:failed` when the processor refuses it. What a crash costs is what is held without a
 * journal, and the counts of open windows.
 *
 * @example
 * const processor = new BatchedEventProcessor(new DatabaseEventProcessor(), { maxWaitTime: { info: 5000 } });
 * processor.on('event:dropped', (event) => console.error('no room for', event.type));
 * await processor.addEvent({ type: 'data.exported', details: { userId: 'u-17', rows: 20_000 } });
 * await processor.close();
 */
export class BatchedEventProcessor extends EventEmitter<BatchEvents> {
  /** What was wrong with the options; those named have their defaults. */
  readonly issues: readonly EventIssue[];
  /** Of the service that makes the next processor; null outside of `createOwnedProcessor`. */
  static #ownersWarnings: Warnings | null = null;
  readonly #settings: BatchSettings;
  readonly #core: EventCore;
  readonly #processor: EventProcessor;
  /** Held by this object alone, so that it is forgotten together with it. */
  readonly #lastCall = { reportBeforeExit: () => this.#drainBeforeExit() };
  #gate: EventGate | null | undefined = undefined;
  #ownWarnings: Warnings | null = BatchedEventProcessor.#ownersWarnings;
  readonly #hasOwner = this.#ownWarnings !== null;
  #leaveClient: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** `eventProcessor` defaults to a {@link QueueEventProcessor} of the client. No I/O before the first event. */
  constructor(eventProcessor?: EventProcessor, options?: BatchProcessingOptions) {
    super();
    const { settings, issues } = readBatchSettings(options);
    this.issues = issues;
    this.#settings = settings;
    this.#processor = eventProcessor ?? new QueueEventProcessor({ client: settings.client });
    this.#core = new EventCore({
      settings,
      processor: this.#processor,
      client: () => this.#client,
      gate: () => this.#findGate(),
      emit: (name, ...payload) => this.#tell(name, ...payload),
      warn: (condition, error) => this.#warnings.warn(condition, toErrorFacts(error)),
      inOwnScope: runOutside,
    });
    this.#warnOfOptions();
  }

  /**
   * Takes an event and resolves with where it is. Never rejects. `buffered`: it waits, and is nowhere else. Critical and high
   * events resolve when their processor has taken them, with its receipt, or with where they went instead. `details` are
   * taken as they are: change them afterwards, and what is stored may change, too. (The service makes copies.)
   */
  addEvent(event: NewSecurityEvent): Promise<EventReceipt> {
    const complete = completeEvent(event);
    if (complete === null) {
      const message = 'Must be an object with a type of 1 to 65536 characters.';
      return Promise.resolve(toRejection('invalid', [{ path: '', code: 'invalid_event', message }]));
    }
    return this.#add(complete);
  }

  static {
    add = (processor, event) => processor.#add(event);
    create = ({ processor, options, warnings }) => {
      BatchedEventProcessor.#ownersWarnings = warnings;
      try {
        return new BatchedEventProcessor(processor, options);
      } finally {
        BatchedEventProcessor.#ownersWarnings = null;
      }
    };
  }

  #add(event: SecurityEvent): Promise<EventReceipt> {
    try {
      this.#joinClient();
      return this.#core.add(event, this.#closing !== null).catch((error: unknown) => this.#failInternally(error));
    } catch (error) {
      return Promise.resolve(this.#failInternally(error));
    }
  }

  #failInternally(error: unknown): EventReceipt {
    this.#warnings.warn('an event could not be taken into its batch', toErrorFacts(error));
    return toRejection('internal');
  }

  /**
   * Hands over everything that waits, and resolves when each event that came before is at its end: with a processor that
   * fails, after its last attempt. Windows of identical events stay open. Joins a flush that covers the same. Never rejects.
   */
  flush(): Promise<FlushResult> {
    return this.#core.flush();
  }

  /**
   * Ends the windows, and brings all that came before to its end without a pause: what fails now is kept elsewhere. For the
   * end of a process; events are still taken. Never rejects.
   */
  drain(): Promise<void> {
    return this.#core.drain();
  }

  /**
   * Ends the windows, hands everything over, keeps elsewhere what fails now, and closes the processor. Later events are
   * answered `closed`. Never rejects; may be called again, and then joins the close under way. Leaves the client open.
   */
  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose();
    return this.#closing;
  }

  getStats(): BatchProcessingStats {
    return this.#core.stats();
  }

  get #client(): AuditClient {
    return this.#settings.client ?? defaultAuditClient();
  }

  get #warnings(): Warnings {
    const ofClient = this.#hasOwner ? null : this.#findGate()?.warnings;
    return ofClient ?? (this.#ownWarnings ??= createWarnings(createStderrLogger(), Date.now));
  }

  #findGate(): EventGate | null {
    this.#gate ??= findEventGate(this.#client);
    return this.#gate;
  }

  /** From the first event on: the end of the client, or of the process, is told first. */
  #joinClient(): void {
    if (this.#leaveClient === null) {
      onBeforeExit(this.#lastCall);
      this.#leaveClient = this.#findGate()?.beforeClose(() => this.#core.drain()) ?? ((): void => undefined);
    }
  }

  /** Adds no work when nothing is held, so that the process ends. */
  async #drainBeforeExit(): Promise<void> {
    if (this.#core.isHolding) {
      await this.#core.drain();
    }
  }

  async #drainAndClose(): Promise<void> {
    await this.#core.close();
    this.#leaveClient?.();
    await this.#closeWithinTime('an event processor could not be closed', this.#processor);
    await this.#closeWithinTime('a deduplication store could not be closed', this.#settings.deduplicationStore);
  }

  async #closeWithinTime(condition: string, closeable: { close?(): Promise<void> } | undefined): Promise<void> {
    try {
      await withinTime(closeable?.close?.(), this.#settings.processingTimeout);
    } catch (error) {
      this.#warnings.warn(condition, toErrorFacts(error));
    }
  }

  /** Tells listeners, each for itself: one that throws or rejects is named in the log and keeps nothing from the others. */
  #tell<Name extends keyof BatchEvents>(name: Name, ...payload: BatchEvents[Name]): void {
    for (const listener of this.rawListeners(name)) {
      try {
        const answer: unknown = Reflect.apply(listener, this, payload);
        if (answer instanceof Promise) {
          answer.catch(this.#warnOfListener);
        }
      } catch (error) {
        this.#warnOfListener(error);
      }
    }
  }

  readonly #warnOfListener = (error: unknown): void => {
    this.#warnings.warn('a listener of the event processor failed', toErrorFacts(error));
  };

  #warnOfOptions(): void {
    if (this.issues.length > 0) {
      this.#warnings.warn('options of the event processor are invalid and keep their defaults', {
        issues: this.issues,
      });
    }
    if (this.#settings.maxBatchSize.critical > MOST_CRITICAL) {
      this.#warnings.warn('critical events are batched by more than 5: the first of them waits for the others', {
        max_batch_size: this.#settings.maxBatchSize.critical,
      });
    }
  }
}

/** `addEvent` of an event that the service has built: frozen and whole, so that it need not be copied again. */
export function addBuiltEvent(processor: BatchedEventProcessor, event: SecurityEvent): Promise<EventReceipt> {
  return add(processor, event);
}

/** The processor of a service, which warns where the service does; null: where its client does. */
export function createOwnedProcessor(parts: {
  readonly processor: EventProcessor;
  readonly options: BatchProcessingOptions | undefined;
  readonly warnings: Warnings | null;
}): BatchedEventProcessor {
  return create(parts);
}

/** A close that hangs must not hang its caller. */
function withinTime(closing: Promise<void> | undefined, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    Promise.resolve(closing)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
