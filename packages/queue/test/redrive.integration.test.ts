import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { claimSome, entries, KEYS, openQueue, texts } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const MAIN = { lane: 'main', capacity: 10 } as const;
const LETTER = { id: 'd1', line: '{"id":"d1","reason":"undecodable"}' } as const;

async function parkOne() {
  const { queue } = openQueue(url);
  await queue.enqueue(['poison'], MAIN);
  const { batchId, epoch } = await claimSome(queue);
  await queue.finish({ batchId, epoch, stored: 0, duplicates: 0, deadLetters: [LETTER], held: [] });
  return queue;
}

describe('redriving', () => {
  test('the letter leaves, the entry arrives, and the sums close', async () => {
    const queue = await parkOne();
    expect(await queue.redrive({ ...LETTER, entry: 'again', ...MAIN })).toBe('redriven');
    expect(await queue.inspect()).toMatchObject({
      failed: 0,
      main: { depth: 1 },
      stats: { enqueued: 1, dead: 1, redriven: 1 },
      conservationDifference: 0,
    });
    expect(texts(await claimSome(queue))).toEqual(['again']);
  });

  test('a repeated call pushes nothing again', async () => {
    const queue = await parkOne();
    await queue.redrive({ ...LETTER, entry: 'again', ...MAIN });
    expect(await queue.redrive({ ...LETTER, entry: 'again', ...MAIN })).toBe('absent');
    expect(await redis.llen(KEYS.queue)).toBe(1);
  });

  test('a full lane refuses, and the letter stays', async () => {
    const queue = await parkOne();
    await queue.enqueue(entries(10), MAIN);
    expect(await queue.redrive({ ...LETTER, entry: 'again', ...MAIN })).toBe('full');
    expect(await redis.lrange(KEYS.failed, 0, -1)).toEqual([LETTER.line]);
  });

  test('an event that is poison again is parked again, and its redrives are counted', async () => {
    const queue = await parkOne();
    for (const round of [1, 2, 3]) {
      await queue.redrive({ ...LETTER, entry: 'poison', ...MAIN });
      const { batchId, epoch } = await claimSome(queue);
      await queue.finish({ batchId, epoch, stored: 0, duplicates: 0, deadLetters: [LETTER], held: [] });
      expect(await queue.redrives(['d1', 'other'])).toEqual(new Map([['d1', round]]));
      expect(await redis.llen(KEYS.failed)).toBe(1);
    }
  });

  test('the count follows an event to the id that was minted for it', async () => {
    const queue = await parkOne();
    await queue.redrive({ ...LETTER, entryId: 'minted', entry: 'again', ...MAIN });
    expect(await queue.redrives(['d1', 'minted'])).toEqual(new Map([['minted', 1]]));
    expect(await queue.redrives([])).toEqual(new Map());
  });
});

describe('restoring', () => {
  test('held entries return before all others, oldest first, in portions', async () => {
    const { queue } = openQueue(url);
    await queue.enqueue(entries(3), MAIN);
    const { batchId, epoch, entries: held } = await claimSome(queue);
    await queue.finish({ batchId, epoch, stored: 0, duplicates: 0, deadLetters: [], held });
    await queue.enqueue(['later'], MAIN);
    expect(await queue.restore({ limit: 2 })).toBe(2);
    expect(texts(await claimSome(queue, { limit: 3 }))).toEqual(['entry-0', 'entry-1', 'later']);
    expect(await queue.restore({ limit: 2 })).toBe(1);
    expect(await queue.restore({ limit: 2 })).toBe(0);
    expect((await queue.inspect()).conservationDifference).toBe(0);
  });
});
