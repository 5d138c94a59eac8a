import { useRedis } from '@auditlane/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryCommands } from './support/queue-commands.ts';
import type { Model } from './support/queue-model.ts';
import { openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();

test('after any interleaving of all operations each entry is in one place, in its order, and the sums close', async () => {
  const { queue } = openQueue(url);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(arbitraryCommands(), async (commands) => {
      await redis.flushall();
      const model: Model = {
        lanes: { main: [], urgent: [] },
        claims: [],
        failedIds: new Set(),
        held: [],
        pushed: 0,
        acknowledged: 0,
        dead: 0,
        redriven: 0,
      };
      await fc.asyncModelRun(() => ({ model, real: { queue, redis, seen } }), commands);
    }),
    { numRuns: 200 },
  );
  // Without these the property would have held of nothing.
  const outcomes = [
    'claimed',
    'empty',
    'refused',
    'renewed',
    'adopted',
    'leased',
    'finished',
    'released',
    'fenced',
    'gone',
    'redriven',
    'absent',
    'full',
    'restored',
  ];
  expect([...seen].toSorted()).toEqual(outcomes.toSorted());
}, 120_000);
