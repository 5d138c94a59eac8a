import type { AuditClient } from '../../audit-client.ts';
import { AuditError } from '../../audit-error.ts';
import { defaultAuditClient } from '../../default-client.ts';
import type { Receipt, RejectedReceipt } from '../../receipt.ts';
import { readReceipt, toRejection } from '../../receipts.ts';
import type { EventProcessor, ProcessResult, RefusedEvent } from '../event-processor.ts';
import { EventPriority } from '../event-priority.ts';
import type { SecurityEvent } from '../security-event.ts';
import { type EventGate, findEventGate, findRefusal } from './event-gate.ts';
import { toAuditEvent } from './to-audit-event.ts';

/** Options of {@link QueueEventProcessor}. */
export interface QueueEventProcessorOptions {
  /** Whose queue, spool and settings. Default the client behind `logAudit`, made when it is needed first. */
  readonly client?: AuditClient | undefined;
}

const NEVER_TAKEN: ReadonlySet<string> = new Set(['invalid', 'too_large']);

/**
 * Hands events to the queue, on the way of `logAudit`; those of priority `CRITICAL` on the way of `logCriticalAudit`.
 *
 * A batch is one push to Redis. Outages are the client's affair: what the queue does not take is spooled, or what else its
 * `overflow` says, and counts as processed. Failed is what is nowhere: disk and queue are full, or the client is closed.
 */
export class QueueEventProcessor implements EventProcessor {
  readonly #options: QueueEventProcessorOptions;

  constructor(options: QueueEventProcessorOptions = {}) {
    this.#options = options;
  }

  /** A client that will never take anything says so now: the event is not kept waiting for it. */
  prepare(event: SecurityEvent): RejectedReceipt | null {
    const client = this.#client;
    const refused = findRefusal(client);
    if (refused === null) {
      findEventGate(client)?.reserve(event);
    }
    return refused;
  }

  ended(event: SecurityEvent): void {
    findEventGate(this.#client)?.ended(event);
  }

  async process(events: readonly SecurityEvent[]): Promise<ProcessResult> {
    const client = this.#client;
    const gate = findEventGate(client);
    const send = (event: SecurityEvent): Promise<Receipt> =>
      gate === null ? sendPlain(client, event) : sendThrough(gate, event);
    const answers: readonly unknown[] = await Promise.all(events.map(send));
    return toResult(events, answers.map(readReceipt));
  }

  get #client(): AuditClient {
    return this.#options.client ?? defaultAuditClient();
  }
}

function sendThrough(gate: EventGate, event: SecurityEvent): Promise<Receipt> {
  return event.priority === EventPriority.CRITICAL ? gate.sendCritical(event) : gate.send(event);
}

/** A client that is misconfigured, or another implementation: it mints ids of its own. */
function sendPlain(client: AuditClient, event: SecurityEvent): Promise<Receipt> {
  const { id: _, ...input } = toAuditEvent(event);
  return event.priority === EventPriority.CRITICAL
    ? client.logCriticalAudit(input).catch(toReceipt)
    : client.logAudit(input);
}

function toReceipt(error: unknown): RejectedReceipt {
  const code = error instanceof AuditError ? error.code : 'internal';
  return toRejection(code === 'not_durable' ? 'not_stored' : code, error instanceof AuditError ? error.issues : []);
}

function toResult(events: readonly SecurityEvent[], receipts: readonly Receipt[]): ProcessResult {
  const failedIds: string[] = [];
  const refused: RefusedEvent[] = [];
  for (const [index, event] of events.entries()) {
    const receipt = receipts[index];
    if (receipt?.status !== 'rejected') {
      continue;
    }
    failedIds.push(event.id);
    if (NEVER_TAKEN.has(receipt.reason)) {
      const issues = (receipt.issues ?? []).map(({ path, message }) => `${path}: ${message}`);
      refused.push({ id: event.id, reason: [receipt.reason, ...issues].join('; ') });
    }
  }
  const accepted = receipts.filter(({ status }) => status !== 'rejected');
  return { processed: accepted.length, failed: failedIds.length, failedIds, refused, receipts: accepted };
}
