import { ensurePartitions, listPartitions } from '@auditlane/store';
import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad } from '../during.ts';

async function countDefault(world: World): Promise<number> {
  return (await world.pool.query('select from audit_logs_default')).rowCount ?? 0;
}

export const PARTITIONS: readonly Scenario[] = [
  {
    id: 'B1',
    title: 'the maintenance of partitions runs twice at the same time, under load',
    promise: 'idempotent; storing goes on',
    async run(world) {
      await underLoad(world, { rate: 300 }, async () => {
        await Promise.all([1, 2, 3].map(() => ensurePartitions(world.pool, { aheadDays: 30 })));
        await forMs(1000);
      });
      const parts = await listPartitions(world.pool, 'audit_logs');
      world.happened('partitions', parts.length, 4);
    },
  },
  {
    id: 'B2',
    title: 'maintenance has not run: no partition is prepared for today',
    promise: 'DEFAULT catches the events, and the next maintenance moves them out',
    world: { workers: 0 },
    async run(world) {
      for (const { name } of await listPartitions(world.pool, 'audit_logs')) {
        if (!name.endsWith('_default')) await world.pool.query(`drop table ${name}`);
      }
      await world.startWorker();
      await world.producer.log(500);
      await waitFor(async () => (await countDefault(world)) >= 500, { deadlineMs: 30_000 });
      const { movedRows } = await ensurePartitions(world.pool);
      world.happened('rows moved out of DEFAULT', movedRows, 500);
    },
  },
];
