import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { createStore } from '@auditlane/store';
import { buildRow, useDatabase, useRedis } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createDeadLettersTask } from '../src/tasks/dead-letters.ts';
import { isFailing, maintain } from './maintain.ts';

const { url, redis } = await useRedis();
const { pool } = await useDatabase();
const KEYS = toQueueKeys('audit:queue');

function toLine(id: string): string {
  const at = '2026-11-20T00:00:00.000Z';
  const facts = { id, reason: 'missing_id', detail: 'd', sqlstate: null, attempts: 1, worker: 'w', raw: '{}' };
  return JSON.stringify({ ...facts, first_at: at, last_at: at });
}

function openTask(maxLength: number) {
  const connection = connectRedis(url, { name: 'test' });
  onTestFinished(() => connection.disconnect());
  const { runner, lastRun, logger } = maintain(pool);
  const queue = createQueue(connection, KEYS);
  return { runner, lastRun, task: createDeadLettersTask({ queue, pool, maxLength, maxBytes: 1e9, logger }) };
}

test('a list beyond its bound is cut to it, and none is discarded', async () => {
  const lines = Array.from({ length: 12 }, (_, index) => toLine(`d${index}`));
  await redis.lpush(KEYS.failed, ...lines);
  const { runner, lastRun, task } = openTask(5);
  await runner.run(task);
  expect((await lastRun('dead-letters'))?.details).toMatchObject({ moved: 7, left: 5, forgotten: 0 });
  const { rows } = await pool.query('select line from audit_dead_letters');
  const kept = rows.map((row) => Buffer.from(row['line']).toString());
  expect([...kept, ...(await redis.lrange(KEYS.failed, 0, -1))].toSorted()).toEqual(lines.toSorted());
  await runner.run(task);
  expect((await lastRun('dead-letters'))?.details).toMatchObject({ moved: 0, left: 5 });
});

test('a row whose event was stored after a redrive that a crash cut short is deleted', async () => {
  const row = buildRow();
  await createStore(pool, { writer: 'w' }).storeBatch([row]);
  await pool.query(
    `insert into audit_dead_letters (id, entry_id, line, reason, last_at, redriven_at)
     values ($1, $1::text::uuid, $2, 'missing_id', now(), now() - interval '5 minutes')`,
    [row.id, Buffer.from(toLine(row.id))],
  );
  expect(await openTask(5).task.run()).toMatchObject({ forgotten: 1 });
});

test('how often an event was redriven is forgotten once it is stored, and not before', async () => {
  const [stored, waiting] = [buildRow(), buildRow()];
  await createStore(pool, { writer: 'w' }).storeBatch([stored]);
  await redis.hset(KEYS.redrives, stored.id, 1, waiting.id, 2, 'sha256:aa', 3);
  expect(await openTask(5).task.run()).toMatchObject({ redrives_forgotten: 1 });
  expect(await redis.hgetall(KEYS.redrives)).toEqual({ [waiting.id]: '2', 'sha256:aa': '3' });
});

test('a run that Redis refuses fails visibly, and the next one recovers', async () => {
  await redis.set(KEYS.failed, 'another type');
  const { runner, lastRun, task } = openTask(5);
  await runner.run(task);
  expect(isFailing(await lastRun('dead-letters'))).toBe(true);
  await redis.del(KEYS.failed);
  await runner.run(task);
  expect(isFailing(await lastRun('dead-letters'))).toBe(false);
});
