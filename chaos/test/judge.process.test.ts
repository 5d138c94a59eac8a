import { expect, test } from 'vitest';

import { runScenario } from '../src/run-scenario.ts';
import type { Scenario } from '../src/scenario.ts';
import { waitForDrain } from '../src/scenarios/during.ts';
import { CHAOS_EVENT } from '../src/producer/chaos-event.ts';

const TEST_MS = 300_000;

async function judge(scenario: Pick<Scenario, 'run' | 'lossBound'>): Promise<readonly string[]> {
  const whole: Scenario = { id: 'J1', title: 'sabotage', promise: 'none', ...scenario };
  const { broken } = await runScenario(whole, {
    profile: 'durable',
    seed: 1,
    onLog: () => undefined,
    detectionMs: 2000,
  });
  return broken;
}

test('a whole run fails when a row is taken away or changed behind its back', { timeout: TEST_MS }, async () => {
  const broken = await judge({
    async run(world) {
      const [lost = '', changed = ''] = await world.producer.log(50);
      await waitForDrain(world);
      await world.pool.query('delete from audit_logs where id = $1', [lost]);
      await world.pool.query(`update audit_logs set description = 'another' where id = $1`, [changed]);
      // The same event under a second id, which the primary key does not see.
      await world.pool.query(
        `insert into audit_logs (id, event_type, event_category, severity, resource_id)
         select gen_random_uuid(), event_type, event_category, severity, resource_id from audit_logs where event_type = $1 limit 1`,
        [CHAOS_EVENT],
      );
    },
  });
  expect(broken).toContainEqual(expect.stringMatching(/^1 acknowledged and lost \(bound 0\)/));
  expect(broken).toContainEqual(expect.stringMatching(/^1 stored or parked twice/));
  expect(broken).toContainEqual(expect.stringMatching(/stored with another content/));
});

test(
  'a whole run fails when an entry is taken out of the queue, or its fault did not happen',
  { timeout: TEST_MS },
  async () => {
    const broken = await judge({
      async run(world) {
        await Promise.all(world.workers.map((worker) => worker.stop()));
        await world.producer.log(50);
        await world.redis.lpop(world.keys.queue);
        world.happened('worker killed', 0);
      },
    });
    expect(broken).toContainEqual(expect.stringMatching(/^1 acknowledged and lost/));
    expect(broken).toContain('the conservation gauge reads 1');
    expect(broken).toContain('vacuous: worker killed happened 0 times, at least 1 were meant');
  },
);

test(
  'a loss that is permitted breaks the promise when the product does not name it',
  { timeout: TEST_MS },
  async () => {
    const broken = await judge({
      lossBound: () => 10,
      async run(world) {
        const ids = await world.producer.log(50);
        await waitForDrain(world);
        // Behind the back of the ledger, which has counted the row.
        await world.pool.query('delete from audit_logs where id = $1', [ids[20]]);
      },
    });
    expect(broken).toContainEqual(
      expect.stringMatching(/^1 lost events of producer \w+ after number 20: the product names 0$/),
    );
    expect(broken).not.toContainEqual(expect.stringMatching(/acknowledged and lost/));
  },
);
