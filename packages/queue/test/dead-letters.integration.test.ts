import { useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import type { Queue } from '../src/index.ts';
import { claimSome, codeOf, entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();
const toLetter = (id: string) => ({ id, line: `{"id":"${id}"}` });
const toText = (lines: readonly Buffer[]) => lines.map((line) => line.toString());
const toListed = (id: string) => ({ id, line: Buffer.from(toLetter(id).line) });

/** Parks `count` letters, d0 first. */
async function park(count: number): Promise<Queue> {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(count), { lane: 'main', capacity: 1000 });
  const { batchId, epoch } = await claimSome(queue);
  const deadLetters = Array.from({ length: count }, (_, index) => toLetter(`d${index}`));
  await queue.finish({ batchId, epoch, stored: 0, duplicates: 0, deadLetters, held: [] });
  return queue;
}

describe('reading dead letters', () => {
  test.each([
    ['newer', 0, 3, ['d0', 'd1', 'd2']],
    ['newer', 68, 5, ['d68', 'd69']],
    ['newer', 70, 5, []],
    ['older', 70, 3, ['d69', 'd68', 'd67']],
    ['older', 999, 2, ['d69', 'd68']],
    ['older', 2, 5, ['d1', 'd0']],
    ['older', 0, 5, []],
  ] as const)('%s from %i on gives at most %i', async (direction, position, limit, ids) => {
    const queue = await park(70);
    const { length, lines } = await queue.peek({ direction, position, limit });
    expect(length).toBe(70);
    expect(toText(lines)).toEqual(ids.map((id) => toLetter(id).line));
  });

  test('both directions over more than one portion meet every letter once', async () => {
    const queue = await park(70);
    const up = await queue.peek({ direction: 'newer', position: 0, limit: 1000 });
    const down = await queue.peek({ direction: 'older', position: 70, limit: 1000 });
    expect(toText(up.lines)).toEqual(Array.from({ length: 70 }, (_, index) => toLetter(`d${index}`).line));
    expect(down.lines.toReversed()).toEqual(up.lines);
  });

  test('it ends at the byte limit, but not before the first letter', async () => {
    const queue = await park(5);
    const read = (maxBytes: number) => queue.peek({ direction: 'newer', position: 0, limit: 5, maxBytes });
    expect((await read(1)).lines).toHaveLength(1);
    expect((await read(23)).lines).toHaveLength(2);
  });

  test('an empty list, and a key of another type', async () => {
    const { queue } = openQueue(url);
    expect(await queue.peek({ direction: 'older', position: 5, limit: 5 })).toEqual({ length: 0, lines: [] });
    expect(await queue.failedBytes()).toBe(0);
    await redis.set(KEYS.failed, 'x');
    expect(await codeOf(queue.peek({ direction: 'older', position: 5, limit: 5 }))).toBe('wrong_type');
    expect(await codeOf(queue.remove([toListed('d1')]))).toBe('wrong_type');
  });
});

describe('removing dead letters', () => {
  test('exactly the given ones leave, with their ids; a second call finds none', async () => {
    const queue = await park(4);
    expect(await queue.remove([toListed('d1'), toListed('none'), toListed('d3')])).toEqual([true, false, true]);
    expect(await redis.lrange(KEYS.failed, 0, -1)).toEqual(['d2', 'd0'].map((id) => toLetter(id).line));
    expect(await queue.parked(['d0', 'd1', 'd2', 'd3'])).toEqual(new Set(['d0', 'd2']));
    expect(await queue.remove([toListed('d1')])).toEqual([false]);
    expect(await queue.remove([])).toEqual([]);
    expect((await queue.inspect()).conservationDifference).toBe(0);
  });

  test('the same id with another line stays, id and all', async () => {
    const queue = await park(1);
    expect(await queue.remove([{ id: 'd0', line: Buffer.from('{"id":"d0","other":1}') }])).toEqual([false]);
    expect(await queue.parked(['d0'])).toEqual(new Set(['d0']));
  });

  test('works when memory is full', async () => {
    const queue = await park(2);
    await redis.config('SET', 'maxmemory', '1');
    try {
      expect(await queue.remove([toListed('d0')])).toEqual([true]);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
  });
});

test('the bytes of the list grow with its letters', async () => {
  const queue = await park(1);
  const before = (await queue.failedBytes()) ?? 0;
  await redis.lpush(KEYS.failed, 'x'.repeat(100_000));
  expect((await queue.failedBytes()) ?? 0).toBeGreaterThan(before + 90_000);
});

test('the counts of redrives are read by portions and forgotten by id', async () => {
  const { queue } = openQueue(url);
  const all = Array.from({ length: 2500 }, (_, index) => `d${index}`);
  await redis.hset(KEYS.redrives, Object.fromEntries(all.map((id) => [id, 1])));
  const seen = new Set<string>();
  for (let cursor: string | null = '0'; cursor !== null;) {
    const { ids, next }: { ids: readonly string[]; next: string | null } = await queue.redrivenIds(cursor);
    for (const id of ids) seen.add(id);
    cursor = next;
  }
  expect(seen).toEqual(new Set(all));
  await queue.forgetRedrives(all.slice(1));
  await queue.forgetRedrives([]);
  expect(await redis.hkeys(KEYS.redrives)).toEqual(['d0']);
});

test('a letter of the table is redriven without a line here, and one in the list stays', async () => {
  const queue = await park(1);
  const options = { id: 'd0', line: null, entry: 'again', lane: 'main', capacity: 10 } as const;
  expect(await queue.redrive(options)).toBe('redriven');
  expect(await queue.redrive({ ...options, capacity: 1 })).toBe('full');
  expect(await queue.inspect()).toMatchObject({ failed: 1, main: { depth: 1 }, stats: { redriven: 1 } });
  expect(await queue.parked(['d0'])).toEqual(new Set(['d0']));
  expect((await queue.inspect()).conservationDifference).toBe(0);
});
