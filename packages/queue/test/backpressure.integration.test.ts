import { startTestRedis, waitFor } from '@auditlane/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { toLines } from '../src/index.ts';
import { codeOf, KEYS, openQueue } from './support/test-queue.ts';

const LANE = { lane: 'main', capacity: 10_000 } as const;

/** Twenty entries of one push, of a character of one, two or three bytes. */
function linesOf(push: number, characters: number): readonly string[] {
  return Array.from({ length: 20 }, (_, line) => `${push}:${line} ${'bä€'.charAt(push % 3).repeat(characters)}`);
}

test('calls that were given up while they waited in the socket reach Redis as they were made', async () => {
  await using server = await startTestRedis();
  const { queue, connection } = openQueue(server.url, 1000);
  const first = linesOf(0, 3000);
  (await queue.enqueue(first, LANE)).release();
  server.signal('SIGSTOP');
  // 8 MB, more than the kernel takes for a server that does not read, in calls too large for their memory to be kept.
  const large = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((push) => linesOf(push * 3, 45_000));
  const given = [linesOf(31, 1500), linesOf(32, 1500)];
  const codes = await Promise.all([...large, ...given].map((lines) => codeOf(queue.enqueue(lines, LANE))));
  expect(new Set(codes)).toEqual(new Set(['timeout']));
  expect(connection.stream.writableLength).toBeGreaterThan(500_000);
  const later = [linesOf(40, 1000), linesOf(41, 1000)];
  const pushes = Promise.all(later.map((lines) => queue.enqueue(lines, LANE)));
  server.signal('SIGCONT');
  expect((await pushes).map(({ sent }) => toLines(sent))).toEqual(later);
  const redis = new Redis(server.url);
  try {
    const all = [first, ...large, ...given, ...later].flat();
    await waitFor(async () => (await redis.llen(KEYS.queue)) === all.length);
    // Not `toEqual`: a difference of eight million characters takes minutes to print.
    expect((await redis.lrange(KEYS.queue, 0, -1)).toReversed().join() === all.join()).toBe(true);
  } finally {
    redis.disconnect();
  }
});
