import { readFileSync } from 'node:fs';

import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, test } from 'vitest';

import { childrenOf, startTestPostgres, startTestRedis, waitFor } from '../src/index.ts';

test('a Redis that fsyncs always keeps what it acknowledged before kill -9, on the same port', async () => {
  await using server = await startTestRedis({ appendfsync: 'always' });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.lpush('kept', 'a', 'b');
  const before = server.pid();
  await server.kill();
  await server.restart();
  expect(server.pid()).not.toBe(before);
  expect(await redis.llen('kept')).toBe(2);
  redis.disconnect();
});

test('a Postgres keeps what it committed before kill -9, on the same port', async () => {
  await using server = await startTestPostgres({ settings: { fsync: 'on' } });
  const pool = new pg.Pool({ connectionString: server.url });
  pool.on('error', () => undefined);
  await pool.query('create table kept as select generate_series(1, 100) as n');
  await server.kill();
  await server.restart();
  const { rows } = await pool.query('select count(*)::int as n from kept');
  expect(rows).toEqual([{ n: 100 }]);
  await pool.end();
});

test('a halted server refuses, a restarted one answers', async () => {
  await using server = await startTestRedis();
  const redis = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  await server.halt();
  await expect(redis.connect()).rejects.toThrow('Connection is closed');
  await server.restart();
  await redis.connect();
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
});

test('a Redis can be restarted on an older copy of its data, and on none', async () => {
  await using server = await startTestRedis({ appendfsync: 'always' });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.rpush('kept', 'a');
  const copy = await server.copyData();
  await redis.rpush('kept', 'b');
  await server.kill();
  await server.restart(copy);
  expect(await redis.lrange('kept', 0, -1)).toEqual(['a']);
  await server.kill();
  await server.restart('empty');
  expect(await redis.exists('kept')).toBe(0);
  copy.remove();
  redis.disconnect();
});

test('a Postgres can be restarted on an older copy of its data under the same URL', async () => {
  await using server = await startTestPostgres({ settings: { fsync: 'on' } });
  const query = async (text: string): Promise<readonly unknown[]> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    return client.query<Record<string, unknown>>(text).then(
      async ({ rows }) => client.end().then(() => rows),
      async (error: unknown) => client.end().then(() => Promise.reject(error as Error)),
    );
  };
  await query('create table kept as select 1 as n');
  await server.halt();
  const copy = await server.copyData();
  await server.restart();
  await query('insert into kept values (2)');
  await server.restart(copy);
  expect(await query('select n from kept')).toEqual([{ n: 1 }]);
  copy.remove();
});

test('a Postgres whose processes are all stopped answers nobody until they go on', async () => {
  await using server = await startTestPostgres();
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  server.signalAll('SIGSTOP');
  let isAnswered = false;
  const answer = client.query('select 1').then(() => (isAnswered = true));
  const isStopped = (pid: number): boolean => /State:\s+T/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  expect(childrenOf(server.pid()).length).toBeGreaterThan(2);
  await waitFor(() => childrenOf(server.pid()).every(isStopped), { message: 'every process of it is stopped' });
  expect(isAnswered).toBe(false);
  server.signalAll('SIGCONT');
  await answer;
  await client.end();
});
