import { Redis } from 'ioredis';
import pg from 'pg';
import { expect, test } from 'vitest';

import { startTestPostgres, startTestRedis } from '../src/index.ts';

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
