import { randomBytes } from 'node:crypto';
import type { RejectedRow } from '@auditlane/store';
import { Call, type CallOutcome, type Route } from '../../calls/call.ts';
import type { Fullness } from '../../calls/fullness.ts';
import type { PendingCalls } from '../../calls/pending-calls.ts';
import { toTarget } from '../../connections/target.ts';
import type { Producer } from '../../producer.ts';
import type { Receipt, RejectedReceipt, RejectionReason } from '../../receipt.ts';
import { isAccepted, type ReceiptCounts, toRejection } from '../../receipts.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Transport } from '../../transport.ts';
import { toErrorFacts, type Warnings } from '../../warnings.ts';
import { EventJournal } from '../journal/event-journal.ts';
import type { SecurityEvent } from '../security-event.ts';
import { BufferedNotice } from './buffered-notice.ts';
import { EventAdmission } from './event-admission.ts';
import type { AdmittedEvent, EventGate, ParkedEvent } from './event-gate.ts';
import { parkEvents } from './park-events.ts';
import { storeEvents } from './store-events.ts';

/** The ways of an event to its place. */
type Way = 'ordinary' | 'critical' | 'disk';

/** What a gate needs of the client that it belongs to. */
export interface EventGateParts {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  readonly now: () => number;
  readonly transport: Pick<Transport, 'now' | 'queue' | 'writer' | 'storeLines'>;
  readonly pending: PendingCalls;
  readonly counts: ReceiptCounts;
  readonly routes: Readonly<Record<Way, Route>>;
  readonly fullness: () => Fullness;
  /** Whether nothing is taken any more. */
  readonly isClosed: () => boolean;
  /** `lost` events are nowhere, or, none lost, another stands for one; `number` is the one it has, null when it has none. */
  readonly giveUp: (reason: string, number: number | null, lost: number) => void;
  /** Called at the client's close, before it takes nothing more. */
  readonly drains: Set<() => Promise<unknown>>;
}

/** Makes the gate of a client. No I/O. */
export function createEventGate(parts: EventGateParts): EventGate {
  return new ClientGate(parts);
}

/** The gate in front of a client's routes, its Postgres, its dead letters and its spool folder. */
class ClientGate implements EventGate {
  readonly guarantee: Settings['guarantee'];
  readonly warnings: Warnings;
  readonly #parts: EventGateParts;
  readonly #admission: EventAdmission;
  readonly #notice: BufferedNotice;

  constructor(parts: EventGateParts) {
    const { settings, warnings, producer, now } = parts;
    this.#parts = parts;
    this.guarantee = settings.guarantee;
    this.warnings = warnings;
    this.#admission = new EventAdmission(settings, producer, now);
    this.#notice = new BufferedNotice({
      // The end of a client places what waits, and what it said of it is forgotten by itself.
      read: () => (parts.isClosed() ? '' : this.#admission.unplaced.toText()),
      tell: (numbers) => this.#tellBuffered(numbers),
    });
  }

  get isClosed(): boolean {
    return this.#parts.isClosed();
  }

  reserve(event: SecurityEvent): void {
    this.#admission.reserve(event);
    this.#notice.wake();
  }

  admit(event: SecurityEvent): AdmittedEvent | RejectedReceipt {
    const admitted = this.#admission.admit(event);
    return admitted.kind === 'refused' ? admitted.receipt : admitted;
  }

  send(event: SecurityEvent): Promise<Receipt> {
    return this.#take(event, 'ordinary');
  }

  sendCritical(event: SecurityEvent): Promise<Receipt> {
    return this.#take(event, 'critical');
  }

  keep(event: SecurityEvent): Promise<Receipt> {
    return this.#take(event, 'disk');
  }

  async store(events: readonly SecurityEvent[]): Promise<readonly RejectedRow[]> {
    const rejected = await storeEvents(events, this.#admission, this.#parts.transport);
    const ids = new Set(rejected.map(({ id }) => id));
    for (const event of events) {
      if (!ids.has(event.id)) {
        this.placed(event);
      }
    }
    return rejected;
  }

  async park(events: readonly ParkedEvent[]): Promise<void> {
    await parkEvents(events, this.#admission, this.#parts.transport);
    for (const { event } of events) {
      // The letter of one that cannot be encoded has no number; `ended` accounts for it.
      if (this.#admission.admit(event).kind === 'admitted') {
        this.placed(event);
      }
    }
  }

  amend(before: SecurityEvent, after: SecurityEvent): void {
    this.#admission.amend(before, after);
  }

  placed(event: SecurityEvent): void {
    this.#admission.unplaced.take(event);
  }

  ended(event: SecurityEvent): void {
    const number = this.#admission.unplaced.take(event);
    if (number !== null) {
      this.#parts.giveUp('not_queued', number, 0);
    }
  }

  giveUp(event: SecurityEvent, reason: string, count: number): void {
    this.#admission.unplaced.take(event);
    this.#parts.giveUp(reason, this.#admission.numberOf(event), count);
  }

  coalesced(event: SecurityEvent): void {
    this.#admission.unplaced.take(event);
    const number = this.#admission.numberOf(event);
    if (number !== null) {
      this.#parts.giveUp('coalesced', number, 0);
    }
  }

  openJournal(): EventJournal {
    const { settings, producer, warnings } = this.#parts;
    return new EventJournal({
      spoolDir: settings.spoolDir,
      name: `${producer.id}-journal-${randomBytes(6).toString('hex')}`,
      target: toTarget(settings.redisUrl, settings.queueKey),
      guarantee: settings.guarantee,
      maxBytes: settings.spoolMaxBytes,
      warnings,
    });
  }

  beforeClose(drain: () => Promise<unknown>): () => void {
    const { drains } = this.#parts;
    drains.add(drain);
    return () => void drains.delete(drain);
  }

  async #tellBuffered(numbers: string): Promise<boolean> {
    const { transport, producer, isClosed } = this.#parts;
    return isClosed() || (await transport.queue.tellBuffered({ id: producer.id, numbers })) === 'told';
  }

  /** One way of an event, from the call to its outcome; total. */
  #take(event: SecurityEvent, way: Way): Promise<Receipt> {
    const { fullness, isClosed } = this.#parts;
    try {
      const admitted = this.#admission.admit(event);
      if (admitted.kind === 'refused') {
        return Promise.resolve(admitted.receipt);
      }
      const share = fullness();
      if (isClosed() || share === 'full') {
        return Promise.resolve(toRejection(isClosed() ? 'closed' : 'buffer_full'));
      }
      const isCrowded = share !== 'free';
      return new Promise((resolve) =>
        startCall(this.#parts, {
          admitted,
          way,
          isCrowded,
          resolve: (receipt) => {
            if (receipt.status !== 'rejected') {
              this.placed(event);
            }
            resolve(receipt);
          },
        }),
      );
    } catch (error) {
      this.warnings.warn('an event could not be handed to its client', toErrorFacts(error));
      return Promise.resolve(toRejection('internal'));
    }
  }
}

function startCall(
  { transport, pending, counts, routes, settings }: EventGateParts,
  started: {
    readonly admitted: AdmittedEvent;
    readonly way: Way;
    readonly isCrowded: boolean;
    readonly resolve: (receipt: Receipt) => void;
  },
): void {
  const { admitted, way, resolve } = started;
  const isCritical = way === 'critical';
  const route = routes[way];
  const call = new Call(isCritical ? { ...admitted, lane: 'urgent' } : admitted, {
    route,
    deadlineAt: transport.now() + (isCritical ? settings.criticalDeadlineMs : settings.deadlineMs),
    epoch: pending.epoch,
    settle: (settled, outcome) => {
      pending.remove(settled);
      resolve(toReceipt(settled, outcome, counts));
    },
  });
  pending.add(call);
  route.start(call, started.isCrowded);
}

/** A refusal is not counted here: the event is not given up yet. */
function toReceipt(call: Call, outcome: CallOutcome, counts: ReceiptCounts): Receipt {
  if (!isAccepted(outcome)) {
    return toRejection(outcome satisfies RejectionReason);
  }
  counts.accepted[outcome] += 1;
  return call.hasTwoCopies ? { id: call.id, status: outcome, copies: 2 } : { id: call.id, status: outcome };
}
