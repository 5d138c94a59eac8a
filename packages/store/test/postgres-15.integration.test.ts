import { buildRow } from '@auditlane/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  checkCatalog,
  createPool,
  createStore,
  dropExpiredPartitions,
  ensurePartitions,
  migrate,
  readLedger,
  readLedgerLag,
  storeIsolating,
  summarizeRanges,
} from '../src/index.ts';
import { loadMigrations } from '../src/load-migrations.ts';
import { NO_POSTGRES_15, startPostgres15 } from './postgres-15.ts';

describe.skipIf(NO_POSTGRES_15 !== null)(
  `on the oldest supported server${NO_POSTGRES_15 === null ? '' : ` (skipped: ${NO_POSTGRES_15})`}`,
  () => {
    let server: Awaited<ReturnType<typeof startPostgres15>>;
    beforeAll(async () => {
      server = await startPostgres15();
    });
    afterAll(async () => server.stop());

    it('migrations, both ways of storing, isolation, ledger and partitions work', async () => {
      const now = new Date();
      const migrated = await migrate(server.url, { now });
      expect(migrated.applied).toHaveLength(loadMigrations().length);
      const writer = createPool(server.url, { applicationName: 'test-writer', role: 'audit_writer' });
      const owner = createPool(server.url, { applicationName: 'test-owner' });
      try {
        expect(await checkCatalog(writer)).toEqual([]);
        const store = createStore(writer, { writer: 'test' });
        const rows = Array.from({ length: 60 }, (_, index) =>
          buildRow(index === 7 ? { ip_address: 'no address' } : {}),
        );
        const isolated = await storeIsolating(store, rows);
        expect(isolated).toMatchObject({ inserted: 59, rejected: [{ index: 7, sqlstate: '22P02' }] });
        const changed = rows
          .filter((_, index) => index !== 7)
          .map((row, index) => (index === 3 ? { ...row, description: 'other' } : row));
        const again = await store.storeBatch(changed);
        expect(again).toMatchObject({ inserted: 0, duplicates: 59, conflicting: [rows[3]?.id], path: 'idempotent' });
        expect((await readLedger(owner, { after: null, limit: 10 })).map((batch) => batch.rows)).toEqual([59]);
        expect(await readLedgerLag(owner)).toMatchObject({ waitingBatches: 0, blocker: null });
        await summarizeRanges(owner);
        expect(await summarizeRanges(owner)).toBe(0);
        expect(await ensurePartitions(owner, { now: new Date(now.getTime() + 86_400_000) })).toMatchObject({
          width: 'day',
          movedRows: 0,
        });
        const late = new Date(now.getTime() + 400 * 86_400_000);
        expect(await dropExpiredPartitions(owner, { retentionDays: 90, now: late })).toMatchObject({
          deletedFromDefault: 0,
        });
        expect((await owner.query('select id from audit_logs')).rows).toEqual([]);
      } finally {
        await writer.end();
        await owner.end();
      }
    });
  },
);
