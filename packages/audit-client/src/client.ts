import { toEntryNumber } from '@auditlane/queue';
import type { EventIssue } from '@auditlane/schema';
import type { AuditClient, AuditClientStats } from './audit-client.ts';
import { AuditError } from './audit-error.ts';
import { type Admitted, Call, type CallOutcome, type Route } from './calls/call.ts';
import { PendingCalls } from './calls/pending-calls.ts';
import { createCriticalRoute, createOrdinaryRoute, type Places } from './calls/routes.ts';
import { createEncoder, type Encoder } from './encoder.ts';
import { createStrictRoute } from './calls/strict-route.ts';
import { crashPoint } from './crash-point.ts';
import { type LossReport, LossReports, type LossReportsOptions } from './loss-reports.ts';
import type { Producer } from './producer.ts';
import type { AcceptedReceipt, Receipt, RejectedReceipt, RejectionReason, TransactionReceipt } from './receipt.ts';
import { offerReport, toReportEntry } from './report-entry.ts';
import { createReceiptCounts, isAccepted, toErrorCode, toRejection } from './receipts.ts';
import type { Settings } from './settings/settings.ts';
import type { AuditTransaction } from './transactions/audit-transaction.ts';
import { storeEntryInTransaction, toStoreIssue } from './transactions/store-entry.ts';
import { Transport } from './transport.ts';
import { toErrorFacts, type Warnings } from './warnings.ts';

/** Refused for what the caller did, not given up: operators are not told that events are being lost. */
const FAULTS_OF_THE_CALLER: ReadonlySet<RejectionReason> = new Set([
  'invalid',
  'too_large',
  'closed',
  'misconfigured',
  'not_stored',
]);

/** What a working client is made with. */
export interface ClientOptions {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  readonly now: () => number;
  readonly acceptIds: boolean;
}

/** How much of the buffer is taken; `half`: only disk or Postgres may still be asked. */
type Fullness = 'free' | 'half' | 'full';

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
  readonly #pending: PendingCalls;
  readonly #counts = createReceiptCounts();
  readonly #reports: LossReports;
  /** Events that took a number and are nowhere. */
  #givenUp = 0;
  #closing: Promise<void> | null = null;

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
    const places: Places = {
      addToLane: (lane, entry) => transport.addToLane(lane, entry),
      spool: (call) => transport.spool(call),
      offerLater: (position) => transport.offerLater(position),
      commit: (call) => transport.commit(call),
      now: () => transport.now(),
      onUncommitted: (error) =>
        options.warnings.warn('audit client could not store a critical event directly', toErrorFacts(error)),
    };
    const isStrict = settings.guarantee === 'strict';
    this.#ordinary = isStrict ? createStrictRoute(places) : createOrdinaryRoute(settings.overflow, places);
    this.#critical = createCriticalRoute(settings.criticalDeadlineMs, places);
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
    this.#closing ??= this.#pending.settled().then(async () => {
      await this.#reportLosses();
      await this.#transport.close();
    });
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
    const { bufferMaxEvents, bufferMaxBytes, overflow, guarantee } = this.#options.settings;
    const share = Math.max(this.#pending.events / bufferMaxEvents, this.#pending.bytes / bufferMaxBytes);
    if (share < 1) {
      return 'free';
    }
    const hasOtherPlace = guarantee === 'strict' || overflow === 'spool' || overflow === 'direct';
    return share < 2 && hasOtherPlace ? 'half' : 'full';
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
    if (line === null) {
      return { isSent: false, number: null };
    }
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
