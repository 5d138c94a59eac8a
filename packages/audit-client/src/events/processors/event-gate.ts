import type { Lane } from '@auditlane/queue';
import type { DeadLetterReason } from '@auditlane/schema';
import type { RejectedRow } from '@auditlane/store';
import type { AuditClient } from '../../audit-client.ts';
import { findMisconfiguration } from '../../misconfigured-client.ts';
import type { Receipt, RejectedReceipt } from '../../receipt.ts';
import { toRejection } from '../../receipts.ts';
import type { Warnings } from '../../warnings.ts';
import type { EventJournal } from '../journal/event-journal.ts';
import type { SecurityEvent } from '../security-event.ts';

/** Where a client keeps its gate; the same in every copy of this package. The number changes when its shape does. */
export const EVENT_GATE = Symbol.for('auditlane.audit-client.event-gate.v3');

/** A security event as an entry, with the number of its producer. */
export interface AdmittedEvent {
  readonly kind: 'admitted';
  readonly id: string;
  readonly lane: Lane;
  readonly line: string;
  /** UTF-8 bytes of `line`. */
  readonly bytes: number;
  readonly number: number;
}

/** An event that is parked instead of stored. */
export interface ParkedEvent {
  readonly event: SecurityEvent;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly sqlstate: string | null;
  /** How often it was handed to the processor, and when first, ms since the epoch. */
  readonly attempts: number;
  readonly firstAt: number;
}

/**
 * What the batching of security events needs of a client beyond `logAudit`: an event keeps its id and its number on every
 * way, and a way may be chosen. An event is encoded once, however many ways it takes; it is known by its object.
 *
 * Nothing here throws or rejects but `store` and `park`, which reject on an outage. A refusal is not counted as a loss:
 * whoever holds the event tries another way, or says `giveUp`.
 */
export interface EventGate {
  /** What the client promises; `strict` turns the journal on. */
  readonly guarantee: 'durable' | 'strict';
  readonly warnings: Warnings;
  /** Whether the client has been closed: nothing is taken any more. */
  readonly isClosed: boolean;
  /**
   * Takes the next number of the client's producer for an event that is going to wait, unless it has one, and encodes
   * nothing. Until the event has a place, Redis is told every few seconds that it waits; `ended` must follow.
   */
  reserve(event: SecurityEvent): void;
  /** Encodes an event and takes the next number of the client's producer, unless it has one; the second time, answers what it answered. */
  admit(event: SecurityEvent): AdmittedEvent | RejectedReceipt;
  /** The way of `logAudit`. */
  send(event: SecurityEvent): Promise<Receipt>;
  /** The way of `logCriticalAudit`: Postgres, else the urgent lane, else the spool. */
  sendCritical(event: SecurityEvent): Promise<Receipt>;
  /** To the spool, from which it is queued when Redis takes it; to the queue when the disk does not take it. */
  keep(event: SecurityEvent): Promise<Receipt>;
  /** Stores events in Postgres, in one transaction unless Postgres refuses some as such: those are answered. */
  store(events: readonly SecurityEvent[]): Promise<readonly RejectedRow[]>;
  /** Puts events into the dead letters; parking one twice makes one letter. */
  park(events: readonly ParkedEvent[]): Promise<void>;
  /** `after` takes the place of `before`, and its number if that has one. */
  amend(before: SecurityEvent, after: SecurityEvent): void;
  /**
   * The event is nowhere and will be nowhere: the loss of the `count` events for which it stands is counted, and its number,
   * if it has one, accounted for.
   */
  giveUp(event: SecurityEvent, reason: string, count: number): void;
  /** Another event stands for this one: no loss, but its number will never come. */
  coalesced(event: SecurityEvent): void;
  /** The event is stored by somebody else, with the number that it has here. */
  placed(event: SecurityEvent): void;
  /** Nobody brings the event any more. If its number has come nowhere, it is accounted for: that is no loss. */
  ended(event: SecurityEvent): void;
  /** Files of its own, which another process replays when this one dies. */
  openJournal(): EventJournal;
  /** Calls `drain` when the client is about to close, and waits for it. The answer takes the call back. */
  beforeClose(drain: () => Promise<unknown>): () => void;
}

/** The gate of a client; null for one that is misconfigured or not of this package. */
export function findEventGate(client: AuditClient): EventGate | null {
  const gate: unknown = Reflect.get(client, EVENT_GATE);
  return isEventGate(gate) ? gate : null;
}

/** Why a client will take nothing, whatever it is given: it is closed or misconfigured. Null for one that may, or does not say. */
export function findRefusal(client: AuditClient): RejectedReceipt | null {
  const gate = findEventGate(client);
  return gate === null ? findMisconfiguration(client) : gate.isClosed ? toRejection('closed') : null;
}

function isEventGate(value: unknown): value is EventGate {
  return typeof value === 'object' && value !== null && 'admit' in value && 'openJournal' in value;
}
