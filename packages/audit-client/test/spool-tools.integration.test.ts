import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildEvent, useDatabase, useRedis } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { toTarget } from '../src/connections/target.ts';
import { listSpools, replaySpool } from '../src/internal.ts';
import { encodeFrame } from '../src/spool/frame.ts';
import { describeOwner, type SpoolOwner } from '../src/spool/owner.ts';
import { drainQueue } from './support/drain-queue.ts';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const QUEUE = { redisUrl: url, queueKey: 'audit:queue', capacity: 1000, urgentCapacity: 1000 };
const toLine = (n: number): string =>
  `{"v":1,"id":"01890a5d-ac96-774b-bcce-${String(n).padStart(12, '0')}","event_type":"a.b","event_category":"info","severity":"info"}`;

/** A folder with `count` entries as a dead process left it, or with the owner that is given. */
async function leaveFolder(dir: string, name: string, count: number, owner: Partial<SpoolOwner> = {}): Promise<void> {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const dead = { ...(await describeOwner(toTarget(url, 'audit:queue'))), pid, ...owner };
  mkdirSync(join(dir, name));
  writeFileSync(join(dir, name, 'owner.json'), JSON.stringify(dead));
  const frames = Array.from({ length: count }, (_, n) =>
    encodeFrame({ lane: n % 2 === 0 ? 'main' : 'urgent', line: toLine(n) }),
  );
  writeFileSync(join(dir, name, '00000001.spool'), frames.join(''));
}

test('a spool is listed with its owners, living and dead, and what is in it, without touching it', async () => {
  const dir = makeTempDir();
  await leaveFolder(dir, 'a', 3);
  await leaveFolder(dir, 'b', 2, { pid: process.pid, guarantee: 'strict' });
  mkdirSync(join(dir, 'c'));
  writeFileSync(join(dir, 'c', '00000001.spool'), 'damage\n');
  const folders = await listSpools(dir);
  expect(folders).toMatchObject([
    {
      name: 'a',
      state: 'abandoned',
      guarantee: 'durable',
      segments: 1,
      entries: 3,
      corrupt: 0,
      oldestAt: expect.any(Date),
    },
    { name: 'b', state: 'live', guarantee: 'strict', owner: { pid: process.pid }, entries: 2 },
    { name: 'c', state: 'live', owner: null, guarantee: null, entries: 0, corrupt: 1 },
  ]);
  expect(readdirSync(dir)).toEqual(['a', 'b', 'c']);
  expect(await listSpools(join(dir, 'nothing'))).toEqual([]);
});

test('a replay by hand puts what dead processes left into the queue, and leaves the living alone', async () => {
  const dir = makeTempDir();
  await leaveFolder(dir, 'dead', 600);
  await leaveFolder(dir, 'alive', 5, { pid: process.pid });
  const progress: number[] = [];
  const answer = await replaySpool({ ...QUEUE, spoolDir: dir, onProgress: (entries) => void progress.push(entries) });
  expect(answer).toEqual({ folders: 1, left: 0, entries: 600, corrupt: 0, foreign: 0 });
  expect(progress.at(-1)).toBe(600);
  expect(readdirSync(dir)).toEqual(['alive']);
  const main = await redis.lrange('audit:queue', 0, -1);
  expect(main.toReversed()).toEqual(Array.from({ length: 300 }, (_, n) => toLine(n * 2)));
  expect(await redis.llen('audit:queue:urgent')).toBe(300);
});

test('a full queue ends the replay, and the next one goes on', async () => {
  const dir = makeTempDir();
  await leaveFolder(dir, 'dead', 600);
  const first = await replaySpool({ ...QUEUE, capacity: 10, spoolDir: dir });
  expect(first).toMatchObject({ folders: 1, left: 1 });
  // What this process took over is its own while it lives; the next replay comes from another one.
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const [name] = readdirSync(dir);
  const file = join(dir, name ?? '', 'owner.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), pid }));
  expect(await replaySpool({ ...QUEUE, spoolDir: dir })).toMatchObject({ folders: 1, left: 0 });
  const queued = await Promise.all([redis.lrange('audit:queue', 0, -1), redis.lrange('audit:queue:urgent', 0, -1)]);
  expect(new Set(queued.flat()).size).toBe(600);
});

test('events for another queue are left alone unless that is asked for', async () => {
  const dir = makeTempDir();
  await leaveFolder(dir, 'other', 4, { target: 'another' });
  expect(await replaySpool({ ...QUEUE, spoolDir: dir })).toMatchObject({ folders: 0, foreign: 1, entries: 0 });
  expect(await replaySpool({ ...QUEUE, spoolDir: dir, anyTarget: true })).toMatchObject({
    folders: 1,
    entries: 4,
    left: 0,
  });
});

test('a strict folder needs Postgres: only what is not stored is offered, and it goes when all is', async () => {
  const dir = makeTempDir();
  await leaveFolder(dir, 'strict', 6, { guarantee: 'strict' });
  expect(await replaySpool({ ...QUEUE, spoolDir: dir })).toMatchObject({ folders: 0, entries: 0 });
  await redis.lpush('audit:queue', ...[0, 1, 2, 3, 4, 5].map(toLine));
  await drainQueue(redis, database.pool);
  const answer = await replaySpool({ ...QUEUE, spoolDir: dir, databaseUrl: database.url });
  expect(answer).toMatchObject({ folders: 1, entries: 0, left: 0 });
  expect(readdirSync(dir)).toEqual([]);
});

test.each([
  ['in clear', undefined, 196_608],
  ['with TLS', true, 80_877_103],
])('Postgres is asked %s when that is set', async (_how, databaseSsl, expected) => {
  const asked: number[] = [];
  const server = createServer((socket) => {
    socket.once('data', (bytes) => {
      // The second word of what a client sends first: the version of the protocol, or that it wants TLS.
      asked.push(bytes.readUInt32BE(4));
      socket.destroy();
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port)));
  });
  onTestFinished(() => void server.close());
  const dir = makeTempDir();
  await leaveFolder(dir, 'strict', 1, { guarantee: 'strict' });
  const databaseUrl = `postgres://nobody@127.0.0.1:${port}/none`;
  await expect(replaySpool({ ...QUEUE, spoolDir: dir, databaseUrl, databaseSsl })).rejects.toMatchObject({
    name: 'StoreError',
  });
  expect(new Set(asked)).toEqual(new Set([expected]));
});

test('a Redis that is away makes it fail, and the folders are as they were', async () => {
  const dir = makeTempDir();
  const { client } = createTestClient({ redisUrl: 'redis://127.0.0.1:1', spoolDir: dir });
  await client.logAudit(buildEvent());
  await client.close();
  const before = await listSpools(dir);
  expect(before).toMatchObject([{ entries: 1 }]);
  await expect(replaySpool({ ...QUEUE, redisUrl: 'redis://127.0.0.1:1', spoolDir: dir })).rejects.toMatchObject({
    name: 'QueueError',
  });
  expect(await listSpools(dir)).toEqual(before);
}, 30_000);
