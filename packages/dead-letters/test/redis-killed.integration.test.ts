import { QueueError } from '@auditlane/queue';
import { StoreError } from '@auditlane/store';
import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { moveOverflow } from '../src/index.ts';
import { ANN, buildLetters, KEYS, openDesk, park } from './support/letters.ts';

const { url, redis, server } = await useRedis({ appendfsync: 'always' });
const { pool } = await useDatabase();
const LETTERS = 1200;
const ROUNDS = 4;

/** What came of an action whose Redis may have been killed; throws what is no outage. */
async function survived(action: Promise<unknown>): Promise<'done' | 'failed'> {
  try {
    await action;
    return 'done';
  } catch (error) {
    if ((error instanceof QueueError || error instanceof StoreError) && error.isRetryable) return 'failed';
    throw error;
  }
}

test('Redis killed while some redrive all, one by one or purge: each letter goes one way, once', async () => {
  const [all, some, purger] = [openDesk(url, pool), openDesk(url, pool), openDesk(url, pool)];
  const built = buildLetters(LETTERS);
  await park(all.queue, built);
  await moveOverflow({ queue: all.queue, pool, maxLength: LETTERS / 2, maxBytes: Infinity, now: () => new Date() });
  const ids = built.map(({ id }) => id);
  const doomed = ids.filter((_, index) => index % 10 === 0);
  const outcomes: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await redis.llen(KEYS.queue);
    const actions = [
      survived(all.letters.redrive({ all: true }, ANN)),
      survived(some.letters.redrive({ ids: ids.slice(-300) }, ANN)),
      survived(purger.letters.purge({ ids: doomed.slice((round - 1) * 30, round * 30) }, ANN)),
    ];
    let isOver = false;
    const ending = Promise.all(actions).finally(() => (isOver = true));
    const goal = before + 20 + 40 * round;
    await waitFor(async () => isOver || (await redis.llen(KEYS.queue)) > goal, { message: `round ${round}` });
    await server.kill();
    outcomes.push(...(await ending));
    await server.restart();
    await waitFor(() =>
      all.queue.inspect().then(
        () => true,
        () => false,
      ),
    );
  }
  expect(outcomes).toContain('failed');
  expect((await all.letters.redrive({ all: true }, ANN)).outcomes).toMatchObject({ full: 0, truncated: 0 });

  expect(await all.letters.count()).toBe(0);
  const queued = (await redis.lrange(KEYS.queue, 0, -1)).map((entry) => String(Object(JSON.parse(entry))['id']));
  expect(queued.length, 'nothing is pushed twice').toBe(new Set(queued).size);
  const missing = ids.filter((id) => !queued.includes(id));
  expect(
    missing.filter((id) => !doomed.includes(id)),
    'nothing is lost',
  ).toEqual([]);
  expect((await all.queue.inspect()).conservationDifference).toBe(0);
}, 120_000);
