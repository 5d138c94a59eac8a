import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditClient, type RejectedReceipt } from '@auditlane/audit-client';
import { EXIT } from '@auditlane/runtime';
import type { Pool } from '@auditlane/store';
import { StartError } from './start-error.ts';

const DEADLINE_MS = 60_000;
const POLL_MS = 20;

/** The proof: an event with its row. `storedAt` is epoch milliseconds, when the row was first seen. */
export interface FirstEvent {
  readonly id: string;
  readonly storedAt: number;
}

/** Where the proof goes in and where it is looked for. */
export interface FirstEventOptions {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/**
 * Sends one event the way an application does and waits for its row: the proof that the whole way works.
 */
export async function storeFirstEvent(options: FirstEventOptions): Promise<FirstEvent> {
  const client = createAuditClient({
    redisUrl: options.redisUrl,
    databaseUrl: options.databaseUrl,
    spoolDir: join(options.dataDir, 'spool'),
    serviceName: 'auditlane',
    source: 'npm start',
    // Whatever troubles it ends in an error here, which says more.
    logger: { warn: () => undefined },
  });
  try {
    const receipt = await client.logAudit({
      event_type: 'stack_started',
      event_category: 'info',
      event_domain: 'system',
      description: 'npm start stored this event to prove that the whole way works',
    });
    if (receipt.status === 'rejected') {
      throw toRefusal(receipt);
    }
    await waitForRow(options, receipt.id);
    return { id: receipt.id, storedAt: Date.now() };
  } finally {
    await client.close();
  }
}

/** A client that is misconfigured names its variables, which no second try mends. */
export function toRefusal({ reason, issues = [] }: RejectedReceipt): StartError {
  const facts = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new StartError(`the first event was refused (${reason})${facts === '' ? '' : `: ${facts}`}`, {
    exitCode: reason === 'misconfigured' ? EXIT.config : EXIT.failed,
  });
}

async function waitForRow({ pool, signal }: FirstEventOptions, id: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const { rowCount } = await pool.query('select from audit_logs where id = $1', [id]);
    if (rowCount === 1) return;
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new StartError(`the first event (${id}) was accepted but not stored within ${DEADLINE_MS / 1000} s`);
}
