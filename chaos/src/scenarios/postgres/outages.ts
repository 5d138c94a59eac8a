import type { Scenario } from '../../scenario.ts';
import { restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad, waitForBacklog } from '../during.ts';

/** Stops and starts Postgres both ways; its pid tells that it was another process each time. */
async function bounce(world: World): Promise<void> {
  const pids = new Set([world.postgresServer.pid()]);
  await world.postgresServer.halt();
  await forMs(1000);
  await restartServer(world.postgresServer);
  pids.add(world.postgresServer.pid());
  await forMs(500);
  await world.postgresServer.kill();
  await restartServer(world.postgresServer);
  pids.add(world.postgresServer.pid());
  world.happened('Postgres restarted', pids.size - 1, 2);
}

async function psql(world: World, text: string): Promise<void> {
  await world.pool.query(text);
}

export const OUTAGES: readonly Scenario[] = [
  {
    id: 'P2',
    title: 'Postgres stopped (fast) and killed, then started',
    promise: 'batches wait; an outage makes no dead letter',
    run: (world) => underLoad(world, { rate: 500, critical: 0.02 }, () => bounce(world)),
  },
  {
    id: 'P13',
    title: 'the right to insert is revoked, then granted again',
    promise: 'a fault of deployment makes no dead letter; batches wait',
    async run(world) {
      await underLoad(world, { rate: 300 }, async () => {
        await psql(world, 'revoke insert on audit_logs from audit_writer');
        await waitForBacklog(world, 200);
        const { rowCount } = await world.pool.query(
          `select from information_schema.role_table_grants where table_name = 'audit_logs' and grantee = 'audit_writer' and privilege_type = 'INSERT'`,
        );
        world.happened('batches waited without the right', rowCount === 0 ? 1 : 0);
        await psql(world, 'grant insert on audit_logs to audit_writer');
      });
    },
  },
];
