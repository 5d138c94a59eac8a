import { createQueue, type PastRedrives } from '@auditlane/queue';
import { createPool, keepLostDeadLetters } from '@auditlane/store';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { toDeadLetterLines, toDeadLetters } from '../src/storing/dead-letters.ts';
import type { DeadLetterLine } from '../src/storing/dead-letters.ts';
import { keepLostLetters } from '../src/storing/keep-lost-letters.ts';
import { buildEntries, KEYS } from './fleet.ts';
import { openStoringRig } from './storing-rig.ts';

const { redis } = await useRedis();
const database = await useDatabase();
const pool = createPool(database.url, { applicationName: 'keep-lost-test', max: 2, role: 'audit_writer' });
afterAll(() => pool.end());
beforeEach(() => database.pool.query('truncate audit_dead_letters, audit_logs, audit_batches'));

const queue = createQueue(redis, KEYS);
const keep = (lines: readonly DeadLetterLine[]): Promise<number> =>
  keepLostLetters({ queue, keepLetters: (letters) => keepLostDeadLetters(pool, letters) }, lines);

const [entry] = buildEntries(1);
const { id, line: raw } = entry ?? expect.unreachable('no entry');

const toPast = (times: number): PastRedrives => ({ times, firstMs: null, mark: null });

function buildLines(redrives: ReadonlyMap<string, PastRedrives> = new Map()): readonly DeadLetterLine[] {
  const rejected = {
    raw: Buffer.from(raw),
    id,
    reason: 'rejected_by_postgres',
    sqlstate: '22001',
    detail: '',
  } as const;
  return toDeadLetterLines(toDeadLetters([rejected], { worker: 'w', attempt: 1, firstMs: 0, nowMs: 1 }), redrives);
}

async function readTable(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ id: string }>('select id from audit_dead_letters');
  return rows.map((row) => row.id);
}

test('a letter that nobody has is kept, once', async () => {
  expect(await keep(buildLines())).toBe(1);
  expect(await keep(buildLines())).toBe(0);
  expect(await readTable()).toEqual([id]);
});

test('a letter that is in the list is not kept a second time', async () => {
  await redis.sadd(KEYS.failedIds, id);
  expect(await keep(buildLines())).toBe(0);
  expect(await readTable()).toEqual([]);
});

test('a letter that was redriven since is not kept, one that was redriven before is', async () => {
  await redis.hset(KEYS.redrives, id, 2);
  expect(await keep(buildLines(new Map([[id, toPast(1)]])))).toBe(0);
  expect(await keep(buildLines(new Map([[id, toPast(2)]])))).toBe(1);
});

test('a letter whose event an adopter has stored is not kept', async () => {
  await using rig = openStoringRig(database.url);
  await rig.store([{ id, line: raw }]);
  expect(await keep(buildLines())).toBe(0);
  expect(await readTable()).toEqual([]);
});
