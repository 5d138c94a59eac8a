import { toEntryNumber } from '@auditlane/queue';
import type { EventIssue } from '@auditlane/schema';
import type { AuditClient, AuditClientStats } from './audit-client.ts';
import { AuditError } from './audit-error.ts';
import { type Admitted, Call, type CallOutcome, type Route } from './calls/call.ts';
import { type Fullness, toFullness } from './calls/fullness.ts';
import { PendingCalls } from './calls/pending-calls.ts';
import { createDiskRoute } from './calls/disk-route.ts';
import { createPlaces } from './calls/create-places.ts';
import { createCriticalRoute, createOrdinaryRoute } from './calls/routes.ts';
import { createEncoder, type Encoder } from './encoder.ts';
import { createStrictRoute } from './calls/strict-route.ts';
import { crashPoint } from './crash-point.ts';
import { createEventGate } from './events/processors/create-event-gate.ts';
import { EVENT_GATE, type EventGate } from './events/processors/event-gate.ts';
import { type LossReport, LossReports, type LossReportsOptions } from './loss-reports.ts';
import type { Producer } from './producer.ts';
import type { AcceptedReceipt, Receipt, RejectedReceipt, RejectionReason, TransactionReceipt } from './receipt.ts';
import { offerReport, toReportEntry } from './report-entry.ts';
import { createReceiptCounts, FAULTS_OF_THE_CALLER, isAccepted, toErrorCode, toRejection } from './receipts.ts';
import type { Settings } from './settings/settings.ts';
import type { AuditTransaction } from './transactions/audit-transaction.ts';
import { storeEntryInTransaction, toStoreIssue } from './transactions/store-entry.ts';
import { Transport } from './transport.ts';
import { toErrorFacts, type Warnings } from './warnings.ts';

/** What a working client is made with. */
export interface ClientOptions {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  readonly now: () => number;
  readonly acceptIds: boolean;
}

/**
 * The client behind `logAudit` and `logCriticalAudit`: admission, routing, receipts.
 *
 * A call is encoded at once, so the caller may change the object afterwards; its id is minted then too. It is pending
 * until exactly one outcome settles it. Memory is bounded twice: `bufferMaxEvents` calls may wait for the queue, as many
 * again for disk or Postgres (policies `spool` and `direct`); every call beyond is refused on the spot and counted.
 * A crash loses pending calls and nothing else, and none of those has a receipt.
 */
export class Client implements AuditClient {
  readonly #options: ClientOptions;
  readonly #encode: Encoder;
  readonly #transport: Transport;
  readonly #ordinary: Route;
  readonly #critical: Route;
  readonly [EVENT_GATE]: EventGate;
  readonly #pending: PendingCalls;
  readonly #counts = createReceiptCounts();
  readonly #reports: LossReports;
  /** Events that took a number and are nowhere. */
  #givenUp = 0;
  /** What may still be logged before a close: events that wait for their batch. */
  readonly #drains = new Set<() => Promise<unknown>>();
  #closing: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: ClientOptions) {
    const { settings } = options;
    this.#options = options;
    this.#encode = createEncoder(settings, options);
    const transport = new Transport({
      ...options,
      queuedCount: () => this.#counts.accepted.queued,
      givenUpCount: () => this.#givenUp,
    });
    this.#transport = transport;
    this.#reports = new LossReports({ ...options, send: (report) => this.#sendReport(report) });
    this.#pending = new PendingCalls(
      () => transport.hold(),
      () => transport.release(),
    );
    const places = createPlaces(transport, options.warnings);
    const isStrict = settings.guarantee === 'strict';
    this.#ordinary = isStrict ? createStrictRoute(places) : createOrdinaryRoute(settings.overflow, places);
    this.#critical = createCriticalRoute(settings.criticalDeadlineMs, places);
    this[EVENT_GATE] = this.#createGate(createDiskRoute(places));
  }

  logAudit(event: unknown): Promise<Receipt> {
    try {
      const fullness = this.#toFullness();
      const admitted = this.#admit(event, fullness);
      if (isRejected(admitted)) {
        return Promise.resolve(admitted);
      }
      return new Promise((resolve) => this.#start(admitted, fullness, resolve));
    } catch (error) {
      return Promise.resolve(this.#failInternally(error));
    }
  }

  async logCriticalAudit(event: unknown): Promise<AcceptedReceipt> {
    const admitted = this.#tryAdmit(event);
    if (isRejected(admitted)) {
      const { reason, issues } = admitted;
      throw new AuditError(toErrorCode(reason), issues === undefined ? {} : { issues });
    }
    return new Promise((resolve, reject) => this.#startCritical(admitted, resolve, reject));
  }

  async logAuditTx(transaction: AuditTransaction, event: unknown): Promise<TransactionReceipt> {
    try {
      if (this.#closing !== null) {
        return this.#reject('closed');
      }
      const encoded = this.#encode(event);
      if (encoded.kind === 'rejected') {
        return this.#reject(encoded.reason, encoded.issues);
      }
      const issue = await storeEntryInTransaction(transaction, encoded.line, this.#transport.writer).then(
        () => null,
        toStoreIssue,
      );
      return issue === null ? { id: encoded.id, status: 'in_transaction' } : this.#reject('not_stored', [issue]);
    } catch (error) {
      return this.#failInternally(error);
    }
  }

  async flush(): Promise<void> {
    await this.#pending.settled();
    await this.#transport.reportDrops();
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose();
    return this.#closing;
  }

  /** The process has nothing left to do: the last chance to report drops, and its end. It does not keep the process for more. */
  async reportBeforeExit(): Promise<void> {
    await this.#reports.close();
    await this.#transport.reportDrops();
    await this.#transport.retire();
  }

  stats(): AuditClientStats {
    return {
      producerId: this.#options.producer.id,
      pending: { events: this.#pending.events, bytes: this.#pending.bytes },
      ...this.#counts.accepted,
      rejected: { ...this.#counts.rejected },
      redis: this.#transport.redisState,
      spool: this.#transport.spoolStats,
      ring: this.#transport.ringStats,
    };
  }

  #toFullness(): Fullness {
    return toFullness(this.#options.settings, this.#pending);
  }

  /** Encodes the event of a call, or says why it is not admitted. The producer's number is taken here and nowhere else. */
  #admit(event: unknown, fullness: Fullness): Admitted | RejectedReceipt {
    if (this.#closing !== null) {
      return this.#reject('closed');
    }
    if (fullness === 'full') {
      return this.#reject(this.#options.settings.overflow === 'drop' ? 'dropped' : 'buffer_full');
    }
    const encoded = this.#encode(event);
    if (encoded.kind === 'rejected') {
      return this.#reject(encoded.reason, encoded.issues);
    }
    this.#options.producer.admit();
    return encoded;
  }

  #tryAdmit(event: unknown): Admitted | RejectedReceipt {
    try {
      return this.#admit(event, this.#toFullness());
    } catch (error) {
      return this.#failInternally(error);
    }
  }

  #start(event: Admitted, fullness: Fullness, resolve: (receipt: Receipt) => void): void {
    const call = new Call(event, {
      route: this.#ordinary,
      deadlineAt: this.#transport.now() + this.#options.settings.deadlineMs,
      epoch: this.#pending.epoch,
      settle: (settled, outcome) => resolve(this.#settle(settled, outcome)),
    });
    this.#pending.add(call);
    this.#ordinary.start(call, fullness !== 'free');
  }

  #startCritical(
    event: Admitted,
    resolve: (receipt: AcceptedReceipt) => void,
    reject: (error: AuditError) => void,
  ): void {
    const call = new Call(
      { ...event, lane: 'urgent' },
      {
        route: this.#critical,
        deadlineAt: this.#transport.now() + this.#options.settings.criticalDeadlineMs,
        epoch: this.#pending.epoch,
        settle: (settled, outcome, error) => {
          const receipt = this.#settle(settled, outcome);
          if (receipt.status === 'rejected') {
            reject(new AuditError(toErrorCode(receipt.reason), { eventId: settled.id, cause: error }));
          } else {
            resolve(receipt);
          }
        },
      },
    );
    this.#pending.add(call);
    this.#critical.start(call, false);
  }

  #settle(call: Call, outcome: CallOutcome): Receipt {
    this.#pending.remove(call);
    if (!isAccepted(outcome)) {
      this.#givenUp += 1;
      return this.#reject(outcome, undefined, toEntryNumber(call.line)?.number);
    }
    this.#counts.accepted[outcome] += 1;
    crashPoint('before-ack');
    return call.hasTwoCopies ? { id: call.id, status: outcome, copies: 2 } : { id: call.id, status: outcome };
  }

  #reject(reason: RejectionReason, issues?: readonly EventIssue[], number: number | null = null): RejectedReceipt {
    this.#counts.rejected[reason] += 1;
    const isRefused = FAULTS_OF_THE_CALLER.has(reason);
    this.#transport.drops.add(isRefused ? `refused:${reason}` : reason);
    this.#reports.note(isRefused ? 'refused' : 'dropped', reason, number);
    this.#options.warnings.warn(
      `audit events are rejected: ${reason}`,
      issues === undefined ? {} : { issues: issues.slice(0, 5) },
    );
    return toRejection(reason, issues);
  }

  async #drainAndClose(): Promise<void> {
    await Promise.allSettled([...this.#drains].map((drain) => drain()));
    this.#isClosed = true;
    await this.#pending.settled();
    await this.#reportLosses();
    await this.#transport.close();
  }

  #createGate(disk: Route): EventGate {
    return createEventGate({
      ...this.#options,
      transport: this.#transport,
      pending: this.#pending,
      counts: this.#counts,
      routes: { ordinary: this.#ordinary, critical: this.#critical, disk },
      fullness: () => this.#toFullness(),
      isClosed: () => this.#isClosed,
      giveUp: (reason, number, lost) => {
        this.#givenUp += number === null ? 0 : 1;
        if (lost > 0) this.#transport.drops.add(reason, lost);
        this.#reports.note(lost > 0 ? 'dropped' : 'settled', reason, number);
        this.#reports.noteMore('dropped', reason, lost - 1);
      },
      drains: this.#drains,
    });
  }

  async #reportLosses(): Promise<void> {
    // Sockets are unref'd: without a hold, awaiting this would end the process unsettled.
    this.#transport.hold();
    await this.#reports.close();
    this.#transport.release();
  }

  /** A report takes a number like any event, but has no receipt; the urgent lane has room when the queue is full. */
  async #sendReport(report: LossReport): ReturnType<LossReportsOptions['send']> {
    const { producer, settings } = this.#options;
    const number = producer.nextSeq;
    const line = this.#transport.redisState === 'ready' ? toReportEntry(report, producer, settings.host) : null;
    if (line === null) return { isSent: false, number: null };
    producer.admit();
    const deadlineAt = this.#transport.now() + settings.deadlineMs;
    const isSent = await offerReport(line, deadlineAt, (entry) => this.#transport.addToLane('urgent', entry));
    this.#givenUp += isSent ? 0 : 1;
    return { isSent, number };
  }

  #failInternally(error: unknown): RejectedReceipt {
    this.#counts.rejected.internal += 1;
    this.#transport.drops.add('internal');
    this.#reports.note('dropped', 'internal', null);
    this.#options.warnings.warn('audit client failed on its own', toErrorFacts(error));
    return toRejection('internal');
  }
}

/** Own properties alone: a `status` that somebody put on Object.prototype must not turn an event into a refusal. */
function isRejected(admitted: Admitted | RejectedReceipt): admitted is RejectedReceipt {
  return Object.hasOwn(admitted, 'status');
}
