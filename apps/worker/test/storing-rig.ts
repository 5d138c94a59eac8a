/** A worker's storing, from entries to Postgres and back, without the queue: writer, breaker and catalog probe. */
import { sleep } from '@auditlane/runtime';
import { createPool, createStore, storeIsolating, StoreError } from '@auditlane/store';
import { expect } from 'vitest';
import { CatalogError, probeCatalog } from '../src/checks/probe-catalog.ts';
import type { HeldClaim } from '../src/claims/held-claims.ts';
import { Breaker } from '../src/outages/breaker.ts';
import { createBatchWriter } from '../src/storing/batch-writer.ts';
import type { Written } from '../src/storing/batch-writer.ts';
import { decodeClaim } from '../src/storing/decode-claim.ts';
import type { Entry } from './fleet.ts';

/** As the rig's connections call themselves in pg_stat_activity. */
export const RIG = 'storing-rig';
const NEVER = new AbortController().signal;
/** Longest wait of the breaker here, so that a test does not take an outage's time. */
const LONGEST_WAIT_MS = 20;

export interface StoringRig extends AsyncDisposable {
  store(entries: readonly Entry[]): Promise<Written>;
  /** SQLSTATE (or kind, where there is none; `catalog` for the probe's own finding) of all that went wrong so far. */
  readonly seen: ReadonlySet<string>;
}

export function openStoringRig(
  url: string,
  options: { readonly role?: 'audit_writer' } = { role: 'audit_writer' },
): StoringRig {
  const seen = new Set<string>();
  const see = (error: unknown): void => {
    if (error instanceof StoreError) seen.add(error.sqlstate ?? error.code);
    if (error instanceof CatalogError) seen.add('catalog');
  };
  const timeouts = { statementTimeoutMs: 2000, lockTimeoutMs: 1000, queryTimeoutMs: 3000, connectTimeoutMs: 1000 };
  const pool = createPool(url, { applicationName: RIG, max: 2, ...timeouts, ...options });
  const breaker = new Breaker({
    probe: () => probeCatalog(pool),
    sleep: (ms, signal) => sleep(Math.min(ms, LONGEST_WAIT_MS), signal),
    random: Math.random,
    onChange: (_state, reason) => see(reason),
  });
  const store = createStore(pool, { writer: RIG });
  const writer = createBatchWriter({
    store: (rows, o) => storeIsolating(store, rows, o),
    breaker,
    clockMs: () => performance.now(),
    maxRows: 1000,
    onStatements: () => undefined,
    onFailedAttempt: see,
  });
  const held: HeldClaim = {
    claim: { batchId: 'b', epoch: 1, attempt: 1, lane: 'main', entries: [], depth: 0 },
    fenced: NEVER,
    note: () => undefined,
    mark: () => Promise.resolve(),
    letGo: () => undefined,
  };
  return {
    seen,
    store(entries) {
      const decoded = decodeClaim(entries.map(({ line }) => Buffer.from(line)));
      expect(decoded.rejected).toEqual([]);
      return writer.write(decoded.rows, { held, isRedelivered: false, stop: NEVER });
    },
    async [Symbol.asyncDispose]() {
      await breaker[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

/** What is in the table now, by id. */
export async function readIds(pool: {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
}): Promise<readonly unknown[]> {
  return (await pool.query('select id from audit_logs order by id')).rows;
}
