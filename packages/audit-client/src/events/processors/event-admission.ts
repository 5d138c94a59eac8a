import { createEncoder } from '../../encoder.ts';
import type { Producer } from '../../producer.ts';
import type { RejectedReceipt } from '../../receipt.ts';
import { toRejection } from '../../receipts.ts';
import type { Settings } from '../../settings/settings.ts';
import type { SecurityEvent } from '../security-event.ts';
import type { AdmittedEvent } from './event-gate.ts';
import { toAuditEvent } from './to-audit-event.ts';
import { UnplacedNumbers } from './unplaced-numbers.ts';

/** An event as an entry, or why it is none. */
export type Admission = AdmittedEvent | { readonly kind: 'refused'; readonly receipt: RejectedReceipt };

/**
 * Encodes each event once and numbers it, however many ways it takes. An event is known by its object: what is forgotten
 * by everybody else is forgotten here too.
 */
export class EventAdmission {
  readonly #producer: Producer;
  readonly #encode: ReturnType<typeof createEncoder>;
  readonly #admitted = new WeakMap<SecurityEvent, AdmittedEvent>();
  /** Numbers of events that are not encoded yet: taken at the call, or from the event whose place they took. */
  readonly #reserved = new WeakMap<SecurityEvent, number>();
  /** Of events that were reserved a number and have no place yet. */
  readonly unplaced = new UnplacedNumbers();
  /** The number of the event that is being encoded. */
  #number = 0;

  constructor(settings: Settings, producer: Producer, now: () => number) {
    this.#producer = producer;
    this.#encode = createEncoder(settings, {
      producer: this.#createNumbered(),
      now,
      acceptIds: true,
      // The event says itself what it belongs to; a batch runs in the context of whoever armed its timer.
      readCorrelationId: () => null,
    });
  }

  admit(event: SecurityEvent): Admission {
    const known = this.#admitted.get(event);
    if (known !== undefined) {
      return known;
    }
    const taken = this.#reserved.get(event);
    const number = taken ?? this.#producer.nextSeq;
    this.#number = number;
    const encoded = this.#encode(toAuditEvent(event));
    if (encoded.kind === 'rejected') {
      return { kind: 'refused', receipt: toRejection(encoded.reason, encoded.issues) };
    }
    if (taken === undefined) {
      this.#producer.admit();
    }
    const { id, lane, line, bytes } = encoded;
    const fresh: AdmittedEvent = { kind: 'admitted', id, lane, line, bytes, number };
    this.#admitted.set(event, fresh);
    return fresh;
  }

  /** Takes the number of an event that is going to wait now, and leaves the work of encoding it to when it goes. */
  reserve(event: SecurityEvent): void {
    const known = this.numberOf(event);
    const number = known ?? this.#producer.nextSeq;
    if (known === null) {
      this.#reserved.set(event, number);
      this.#producer.admit();
    }
    this.unplaced.add(event, number);
  }

  /** Null for an event that has none. */
  numberOf(event: SecurityEvent): number | null {
    return this.#admitted.get(event)?.number ?? this.#reserved.get(event) ?? null;
  }

  /** `after` takes the place of `before`, and its number if that has one. */
  amend(before: SecurityEvent, after: SecurityEvent): void {
    const number = this.numberOf(before);
    if (number !== null) {
      this.#reserved.set(after, number);
    }
    const unplaced = this.unplaced.take(before);
    if (unplaced !== null) {
      this.unplaced.add(after, unplaced);
    }
  }

  /** The producer of the client, with a number that may have been taken before. */
  #createNumbered(): Producer {
    const producer = this.#producer;
    const readNumber = (): number => this.#number;
    return {
      get id() {
        return producer.id;
      },
      get nextSeq() {
        return readNumber();
      },
      admit: () => undefined,
    };
  }
}
