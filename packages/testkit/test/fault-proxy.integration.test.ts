import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openFaultProxy, startTestRedis, useDatabase, useRedis, waitFor, type FaultProxy } from '../src/index.ts';

const { url, redis } = await useRedis();
const database = await useDatabase({ template: 'empty' });
let proxy: FaultProxy;
let client: Redis;

beforeEach(async () => {
  proxy = await openFaultProxy(url, { remember: ['numbers'] });
  client = new Redis(proxy.url, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 300,
    retryStrategy: () => 20,
  });
  client.on('error', () => undefined);
  await waitFor(() => client.ping());
});

afterEach(async () => {
  client.disconnect();
  await proxy[Symbol.asyncDispose]();
});

test('everything passes until a fault is asked for', async () => {
  expect(await client.set('a', 'x'.repeat(300_000))).toBe('OK');
  expect((await client.get('a'))?.length).toBe(300_000);
  expect(proxy.stats).toMatchObject({ resets: 0, cuts: 0, swallowed: 0, delayed: 0 });
  expect(proxy.stats.bytesUp).toBeGreaterThan(300_000);
});

test('a blackhole towards the server swallows the request, one towards the client only the answer', async () => {
  proxy.setMode({ kind: 'blackhole', direction: 'up' });
  await expect(client.rpush('l', 'lost')).rejects.toThrow('timed out');
  expect(await redis.llen('l')).toBe(0);
  proxy.heal();
  await waitFor(() => client.ping());
  proxy.setMode({ kind: 'blackhole', direction: 'down' });
  await expect(client.rpush('l', 'kept')).rejects.toThrow('timed out');
  expect(await redis.llen('l')).toBe(1);
  expect(proxy.stats.swallowed).toBeGreaterThan(0);
  proxy.heal();
  await waitFor(() => client.ping());
});

test('reset ends every connection and refuses new ones until the heal', async () => {
  proxy.setMode({ kind: 'reset' });
  await expect(client.ping()).rejects.toThrow(/closed|reset|terminated|ECONN|max retries/i);
  await waitFor(() => proxy.stats.resets >= 3);
  proxy.heal();
  await waitFor(() => client.ping());
});

test('delay and throttle slow what passes and keep its order', async () => {
  proxy.setMode({ kind: 'delay', ms: 40, jitterMs: 20, random: () => 0.5 });
  const startedMs = performance.now();
  await Promise.all([client.rpush('order', '1'), client.rpush('order', '2'), client.rpush('order', '3')]);
  // The request and its answer wait 50 ms each.
  expect(performance.now() - startedMs).toBeGreaterThan(95);
  expect(await redis.lrange('order', 0, -1)).toEqual(['1', '2', '3']);
  proxy.setMode({ kind: 'throttle', bytesPerSecond: 20_000 });
  const throttledMs = performance.now();
  await client.set('big', 'x'.repeat(2000));
  expect(performance.now() - throttledMs).toBeGreaterThan(95);
  expect(proxy.stats.delayed).toBeGreaterThanOrEqual(4);
});

test('a cut after so many bytes lets exactly those through', async () => {
  proxy.cutAfterBytes(10, 'up');
  await expect(client.set('cut', 'value')).rejects.toThrow(/closed|reset|terminated|ECONN|max retries/i);
  expect(await redis.exists('cut')).toBe(0);
  expect(proxy.stats.cuts).toBe(1);
  await waitFor(() => client.ping());
  expect(proxy.stats.cuts).toBe(1);
});

test('a cut after a matching request comes after the server has executed it and before the client knows', async () => {
  proxy.cutAfterRequest('numbers');
  expect(await client.rpush('other', '1')).toBe(1);
  await expect(client.rpush('numbers', '1')).rejects.toThrow(/closed|reset|terminated|ECONN|max retries/i);
  expect(await redis.llen('numbers')).toBe(1);
  expect(proxy.stats.cuts).toBe(1);
});

test('the last matching request can be sent once more, byte for byte, whatever came behind it', async () => {
  await Promise.all([client.rpush('numbers', '1'), client.rpush('numbers', '2'), client.rpush('other', '3')]);
  await proxy.replayLast('numbers');
  expect(await redis.lrange('numbers', 0, -1)).toEqual(['1', '2', '2']);
  expect(await redis.llen('other')).toBe(1);
  expect(proxy.stats.replays).toBe(1);
  await expect(proxy.replayLast('never')).rejects.toThrow('no request with "never" has passed');
});

test('a Postgres connection can be cut when a statement was executed and its answer is under way', async () => {
  await using link = await openFaultProxy(database.url);
  await database.pool.query('create table counted (n int)');
  const through = new pg.Client({ connectionString: link.url });
  through.on('error', () => undefined);
  await through.connect();
  link.cutAfterRequest('insert into counted');
  await expect(through.query('insert into counted values (1)')).rejects.toThrow(
    /closed|reset|terminated|ECONN|max retries/i,
  );
  await waitFor(async () => (await database.pool.query('select from counted')).rowCount === 1);
  expect(link.stats.cuts).toBe(1);
});

test('a link can be pointed to another server, and leaves the old one', async () => {
  await using other = await startTestRedis();
  await client.set('where', 'first');
  proxy.retarget(other.url);
  await waitFor(async () => (await client.set('where', 'second')) === 'OK');
  expect(await redis.get('where')).toBe('first');
  expect(await client.get('where')).toBe('second');
});
