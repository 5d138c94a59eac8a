import { join } from 'node:path';
import { spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { buildLetters, KEYS, openDesk, park } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool, url: databaseUrl } = await useDatabase();
const PROGRAM = join(import.meta.dirname, 'programs/move.ts');
const ROUNDS = 6;
const LETTERS = 2000;

const inTable = async (): Promise<number> =>
  Number((await pool.query('select count(*) from audit_dead_letters')).rows[0]?.count);

test('a mover that is killed anywhere loses no letter and doubles none', async () => {
  const desk = openDesk(url, pool);
  const built = buildLetters(LETTERS);
  await park(desk.queue, built);
  const all = built.map(({ id }) => id).toReversed();
  const both: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await using mover = spawnProcess(PROGRAM, { args: [url, databaseUrl, '0'] });
    await mover.waitForLine('moving');
    const goal = Math.min(LETTERS, (await inTable()) + 1 + ((round * 37) % 150));
    await waitFor(async () => (await inTable()) >= goal);
    await mover.kill();
    const [listed, stored] = [await redis.llen(KEYS.failed), await inTable()];
    both.push(listed + stored - LETTERS);
    const { letters } = await desk.letters.list({ limit: 1000 });
    const rest = letters.length < 1000 ? [] : await readRest(desk, letters.length);
    expect([...letters.map(({ id }) => id), ...rest].slice(0, LETTERS)).toEqual(all);
    expect(await desk.letters.count()).toBe(LETTERS);
  }
  await using mover = spawnProcess(PROGRAM, { args: [url, databaseUrl, '5'] });
  await mover.waitForLine('moved');
  expect(await redis.llen(KEYS.failed)).toBeLessThanOrEqual(5);
  expect((await redis.llen(KEYS.failed)) + (await inTable())).toBe(LETTERS);
  expect(both.every((count) => count >= 0)).toBe(true);
}, 120_000);

/** Ids after the first page. */
async function readRest(desk: ReturnType<typeof openDesk>, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor = (await desk.letters.list({ limit })).next;
  while (cursor !== null) {
    const page = await desk.letters.list({ limit, cursor });
    ids.push(...page.letters.map(({ id }) => id));
    cursor = page.next;
  }
  return ids;
}
