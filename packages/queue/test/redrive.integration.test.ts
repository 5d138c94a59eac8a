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
      expect(await queue.redrives(['d1', 'other'])).toEqual(
        new Map([['d1', { times: round, firstMs: null, mark: null }]]),
      );
      expect(await redis.llen(KEYS.failed)).toBe(1);
    }
  });

  test('the time of the first failure is kept, whatever later letters say', async () => {
    const queue = await parkOne();
    await queue.redrive({ ...LETTER, entry: 'poison', ...MAIN, firstMs: 1_763_000_000_000, mark: 'ab' });
    const { batchId, epoch } = await claimSome(queue);
    await queue.finish({ batchId, epoch, stored: 0, duplicates: 0, deadLetters: [LETTER], held: [] });
    await queue.redrive({ ...LETTER, entry: 'poison', ...MAIN, firstMs: 1_763_999_999_999, mark: 'cd' });
    const past = { times: 2, firstMs: 1_763_000_000_000, mark: 'cd' };
    expect(await queue.redrives(['d1'])).toEqual(new Map([['d1', past]]));
  });

  test('a letter of the table is pushed once, until it is another letter', async () => {
    const { queue } = openQueue(url);
    const letter = { id: 'd1', line: null, entryId: 'e1', entry: 'again', ...MAIN };
    expect(await queue.redrive({ ...letter, mark: 'ab' })).toBe('redriven');
    // Also when the lane is full: it is in there.
    expect(await queue.redrive({ ...letter, mark: 'ab', capacity: 1 })).toBe('repeated');
    expect(await queue.redrive({ ...letter, mark: 'cd' })).toBe('redriven');
    expect(await queue.inspect()).toMatchObject({ main: { depth: 2 }, stats: { redriven: 2 } });
  });

  test('a mark that is none is refused', async () => {
    const { queue } = openQueue(url);
    const redrive = queue.redrive({ id: 'd1', line: null, entry: 'again', ...MAIN, mark: 'a:b' });
    await expect(redrive).rejects.toMatchObject({ code: 'invalid_call' });
    expect(await redis.llen(KEYS.queue)).toBe(0);
  });

  test.each(['', 'many', '-1', '1:x:y', '9'.repeat(40)])(
    'a count that somebody else wrote (%j) is never',
    async (text) => {
      const { queue } = openQueue(url);
      await redis.hset(KEYS.redrives, 'd1', text);
      expect(await queue.redrives(['d1'])).toEqual(new Map([['d1', { times: 0, firstMs: null, mark: null }]]));
    },
  );

  test('the count follows an event to the id that was minted for it', async () => {
    const queue = await parkOne();
    await queue.redrive({ ...LETTER, entryId: 'minted', entry: 'again', ...MAIN });
    expect(await queue.redrives(['d1', 'minted'])).toEqual(
      new Map([['minted', { times: 1, firstMs: null, mark: null }]]),
    );
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
