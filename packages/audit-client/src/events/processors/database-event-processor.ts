import { hostname } from 'node:os';
import { decodeEntry } from '@auditlane/schema';
import { createStore, type RejectedRow, type Store, storeIsolating } from '@auditlane/store';
import type { AuditClient } from '../../audit-client.ts';
import { defaultAuditClient } from '../../default-client.ts';
import type { RejectedReceipt } from '../../receipt.ts';
import type { EventProcessor, ProcessResult } from '../event-processor.ts';
import type { SecurityEvent } from '../security-event.ts';
import { type DatabasePool, isPool } from './database-pool.ts';
import { type EventGate, findEventGate, findRefusal } from './event-gate.ts';

/** Options of {@link DatabaseEventProcessor}. */
export interface DatabaseEventProcessorOptions {
  /** Whose connections to Postgres, and whose spool for outages. Default the client behind `logAudit`. */
  readonly client?: AuditClient | undefined;
  /**
   * A pool of pg of your own, whose user may do what `audit_writer` may. The client still numbers the events and parks
   * those that are refused: with a misconfigured one nothing is stored, whatever the pool. Default the pool of the client.
   */
  readonly pool?: DatabasePool | undefined;
}

/** No client of this package: the batch is tried again, and then kept where that is possible. */
class NoGateError extends Error {
  override readonly name = 'NoGateError';
}

/**
 * Stores batches in `audit_logs` directly, past the queue: a batch is one transaction with its ledger row, committed when
 * `process` resolves.
 *
 * When Postgres refuses the batch, its events are stored without those that it refuses as such, which go to
 * `audit:failed`. When Postgres is away, `process` rejects, and the batch is tried again.
 */
export class DatabaseEventProcessor implements EventProcessor {
  readonly #options: DatabaseEventProcessorOptions;
  #store: Store | null = null;

  constructor(options: DatabaseEventProcessorOptions = {}) {
    this.#options = options;
  }

  prepare(event: SecurityEvent): RejectedReceipt | null {
    const client = this.#client;
    const refused = findRefusal(client);
    // A pool of the user's stays open when the client closes.
    if (refused !== null && (refused.reason !== 'closed' || this.#options.pool === undefined)) {
      return refused;
    }
    findEventGate(client)?.reserve(event);
    return null;
  }

  ended(event: SecurityEvent): void {
    findEventGate(this.#client)?.ended(event);
  }

  async process(events: readonly SecurityEvent[]): Promise<ProcessResult> {
    const gate = findEventGate(this.#client);
    if (gate === null) {
      throw new NoGateError(
        'the client of the DatabaseEventProcessor was not made by this package: events have no number and no spool',
      );
    }
    const { pool } = this.#options;
    const rejected = pool === undefined ? await gate.store(events) : await this.#storeThrough(pool, gate, events);
    const refused = rejected.map(({ id, sqlstate, detail }) => ({ id, reason: detail, sqlstate }));
    const failedIds = refused.map(({ id }) => id);
    const failed = new Set(failedIds);
    const stored = events.filter(({ id }) => !failed.has(id));
    for (const event of stored) {
      gate.placed(event);
    }
    const receipts = stored.map(({ id }) => ({ id, status: 'stored' as const }));
    return { processed: stored.length, failed: failed.size, failedIds, refused, receipts };
  }

  get #client(): AuditClient {
    return this.#options.client ?? defaultAuditClient();
  }

  async #storeThrough(
    pool: DatabasePool,
    gate: EventGate,
    events: readonly SecurityEvent[],
  ): Promise<readonly RejectedRow[]> {
    if (!isPool(pool)) {
      throw new TypeError('the pool of the DatabaseEventProcessor is no Pool of pg');
    }
    this.#store ??= createStore(pool, { writer: `${hostname()}:${process.pid}:events` });
    const refused: RejectedRow[] = [];
    const rows = events.flatMap((event, index) => {
      const admitted = gate.admit(event);
      const decoded = 'kind' in admitted ? decodeEntry(admitted.line) : null;
      if (decoded?.kind === 'event') {
        return [decoded.row];
      }
      refused.push({ index, id: event.id, sqlstate: null, detail: 'it cannot be encoded' });
      return [];
    });
    const { rejected } = await storeIsolating(this.#store, rows);
    return [...refused, ...rejected];
  }
}
