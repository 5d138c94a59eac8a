import { randomBytes } from 'node:crypto';
import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import type { RejectedRow } from '@auditlane/store';
import { Call, type CallOutcome, type Route } from '../../calls/call.ts';
import type { Fullness } from '../../calls/fullness.ts';
import type { PendingCalls } from '../../calls/pending-calls.ts';
import { toTarget } from '../../connections/target.ts';
import { createEncoder, type EncodedCall } from '../../encoder.ts';
import type { Producer } from '../../producer.ts';
import type { Receipt, RejectedReceipt, RejectionReason } from '../../receipt.ts';
import { isAccepted, type ReceiptCounts, toRejection } from '../../receipts.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Transport } from '../../transport.ts';
import { toErrorFacts, type Warnings } from '../../warnings.ts';
import { currentCorrelationId, runWithCorrelation } from '../correlation/correlation.ts';
import { EventJournal } from '../journal/event-journal.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { AdmittedEvent, EventGate, ParkedEvent } from './event-gate.ts';
import { toAuditEvent } from './to-audit-event.ts';

/** At most so many dead letters go in one call. */
const PARKED_AT_ONCE = 100;

/** What a gate needs of the client that it belongs to. */
export interface EventGateParts {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  readonly now: () => number;
  readonly transport: Pick<Transport, 'now' | 'queue' | 'writer' | 'storeLines'>;
  readonly pending: PendingCalls;
  readonly counts: ReceiptCounts;
  readonly routes: Readonly<Record<'ordinary' | 'critical' | 'disk', Route>>;
  readonly fullness: () => Fullness;
  /** Whether nothing is taken any more. */
  readonly isClosed: () => boolean;
  /** An event is nowhere, or, `isLoss` false, another stands for it; `number` is the one it has, null when it has none. */
  readonly giveUp: (reason: string, number: number | null, isLoss: boolean) => void;
  /** Called at the client's close, before it takes nothing more. */
  readonly drains: Set<() => Promise<unknown>>;
}

/** Makes the gate of a client. No I/O. */
export function createEventGate(parts: EventGateParts): EventGate {
  const { settings, warnings, transport } = parts;
  const admit = createAdmission(parts);

  /** One way of an event, from the call to its outcome; total. */
  function take(event: SecurityEvent, way: keyof EventGateParts['routes']): Promise<Receipt> {
    try {
      const admitted = admit(event);
      if (admitted.kind === 'refused') {
        return Promise.resolve(admitted.receipt);
      }
      const fullness = parts.fullness();
      if (parts.isClosed() || fullness === 'full') {
        return Promise.resolve(toRejection(parts.isClosed() ? 'closed' : 'buffer_full'));
      }
      const isCrowded = fullness !== 'free';
      return new Promise((resolve) => startCall(parts, { admitted, way, isCrowded, resolve }));
    } catch (error) {
      warnings.warn('an event could not be handed to its client', toErrorFacts(error));
      return Promise.resolve(toRejection('internal'));
    }
  }

  return {
    guarantee: settings.guarantee,
    warnings,
    admit: (event) => {
      const admitted = admit(event);
      return admitted.kind === 'refused' ? admitted.receipt : admitted;
    },
    send: (event) => take(event, 'ordinary'),
    sendCritical: (event) => take(event, 'critical'),
    keep: (event) => take(event, 'disk'),
    store: (events) => storeEvents(events, admit, transport),
    park: (events) => parkEvents(events, admit, transport),
    amend: admit.amend,
    giveUp: (event, reason) => parts.giveUp(reason, admit.numberOf(event), true),
    coalesced: (event) => {
      const number = admit.numberOf(event);
      if (number !== null) {
        parts.giveUp('coalesced', number, false);
      }
    },
    openJournal: () =>
      new EventJournal({
        spoolDir: settings.spoolDir,
        name: `${parts.producer.id}-journal-${randomBytes(6).toString('hex')}`,
        target: toTarget(settings.redisUrl, settings.queueKey),
        guarantee: settings.guarantee,
        maxBytes: settings.spoolMaxBytes,
        warnings,
      }),
    beforeClose: (drain) => {
      parts.drains.add(drain);
      return () => void parts.drains.delete(drain);
    },
  };
}

type Admission = AdmittedEvent | { readonly kind: 'refused'; readonly receipt: RejectedReceipt };

interface Admit {
  (event: SecurityEvent): Admission;
  /** Null for an event that was not admitted. */
  readonly numberOf: (event: SecurityEvent) => number | null;
  readonly amend: EventGate['amend'];
}

/** Encodes each event once. What is forgotten by everybody else is forgotten here too. */
function createAdmission({ settings, producer, now }: EventGateParts): Admit {
  const admitted = new WeakMap<SecurityEvent, AdmittedEvent>();
  /** Numbers of events that took another's place. */
  const inherited = new WeakMap<SecurityEvent, number>();
  let number = 0;
  const numbered: Producer = {
    get id() {
      return producer.id;
    },
    get nextSeq() {
      return number;
    },
    admit: () => undefined,
  };
  const encode = createEncoder(settings, {
    producer: numbered,
    now,
    acceptIds: true,
    // The event says itself what it belongs to; a batch runs in the context of whoever armed its timer.
    readCorrelationId: () => null,
  });

  function admit(event: SecurityEvent): Admission {
    const known = admitted.get(event);
    if (known !== undefined) {
      return known;
    }
    const taken = inherited.get(event);
    number = taken ?? producer.nextSeq;
    const encoded = encodeAlone(() => encode(toAuditEvent(event)));
    if (encoded.kind === 'rejected') {
      return { kind: 'refused', receipt: toRejection(encoded.reason, encoded.issues) };
    }
    if (taken === undefined) {
      producer.admit();
    }
    const { id, lane, line, bytes } = encoded;
    const fresh: AdmittedEvent = { kind: 'admitted', id, lane, line, bytes, number };
    admitted.set(event, fresh);
    return fresh;
  }

  const numberOf = (event: SecurityEvent): number | null =>
    admitted.get(event)?.number ?? inherited.get(event) ?? null;
  const amend = (before: SecurityEvent, after: SecurityEvent): void => {
    const taken = numberOf(before);
    if (taken !== null) {
      inherited.set(after, taken);
    }
  };
  return Object.assign(admit, { numberOf, amend });
}

/** In the turn of a timer, the request that runs is any other than the event's. */
function encodeAlone(encode: () => EncodedCall): EncodedCall {
  return currentCorrelationId() === null ? encode() : runWithCorrelation(null, encode);
}

function startCall(
  { transport, pending, counts, routes, settings }: EventGateParts,
  started: {
    readonly admitted: AdmittedEvent;
    readonly way: keyof EventGateParts['routes'];
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

async function storeEvents(
  events: readonly SecurityEvent[],
  admit: Admit,
  transport: EventGateParts['transport'],
): Promise<readonly RejectedRow[]> {
  const refused: RejectedRow[] = [];
  const lines: string[] = [];
  for (const [index, event] of events.entries()) {
    const admitted = admit(event);
    if (admitted.kind === 'refused') {
      refused.push({ index, id: event.id, sqlstate: null, detail: toDetail(admitted.receipt) });
    } else {
      lines.push(admitted.line);
    }
  }
  const rejected = lines.length === 0 ? [] : await transport.storeLines(lines);
  return [...refused, ...rejected];
}

function toDetail({ reason, issues = [] }: RejectedReceipt): string {
  return [reason, ...issues.map(({ path, message }) => `${path}: ${message}`)].join('; ');
}

async function parkEvents(
  events: readonly ParkedEvent[],
  admit: Admit,
  { queue, writer }: EventGateParts['transport'],
): Promise<void> {
  const lastAt = new Date();
  for (let start = 0; start < events.length; start += PARKED_AT_ONCE) {
    const letters = events.slice(start, start + PARKED_AT_ONCE).map((parked) => {
      const { event, reason, detail, sqlstate, attempts, firstAt } = parked;
      const admitted = admit(event);
      const letter = toDeadLetter({
        // Refused by the encoder: what can be said of it is in the detail.
        raw: admitted.kind === 'refused' ? '' : admitted.line,
        id: event.id,
        reason,
        detail,
        sqlstate,
        attempts,
        firstAt: new Date(firstAt),
        lastAt,
        worker: writer,
      });
      return { id: letter.id, line: encodeDeadLetter(letter) };
    });
    await queue.park(letters);
  }
}
