import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { buildEvent, startTestRedis, type TestServer, waitFor } from '@auditlane/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { AuditClient } from '../src/audit-client.ts';
import { openTcpSwitch } from './support/tcp-switch.ts';
import { createTestClient } from './support/test-client.ts';

const server = await startTestRedis({ appendfsync: 'always' });
afterAll(() => server.stop());
beforeEach(() => withAdmin(server, (admin) => admin.flushall()));

const LOST = 'audit queue has lost events that it acknowledged: those still in memory are pushed again';
const ROOMY = { maxQueueLength: 1_000_000, overflow: 'wait' } as const;

async function withAdmin<T>(target: TestServer, use: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = new Redis(target.url);
  try {
    return await use(admin);
  } finally {
    admin.disconnect();
  }
}

/** Ids in both lanes, oldest first. */
async function readIds(target: TestServer = server): Promise<readonly string[]> {
  const lists = await withAdmin(target, (admin) =>
    Promise.all([admin.lrange('audit:queue:urgent', 0, -1), admin.lrange('audit:queue', 0, -1)]),
  );
  return lists.flatMap((lines) => lines.toReversed().map((line) => String(JSON.parse(line).id)));
}

/** Logs so many events in turns, and answers the ids of those with a receipt `queued`. */
async function logMany(client: AuditClient, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let done = 0; done < count; done += 50) {
    const turn = Math.min(50, count - done);
    const receipts = await Promise.all(
      Array.from({ length: turn }, (_, index) =>
        client.logAudit(buildEvent({ event_category: index === 0 ? 'critical' : 'info' })),
      ),
    );
    ids.push(...receipts.flatMap((receipt) => (receipt.status === 'queued' ? [receipt.id] : [])));
  }
  expect(ids).toHaveLength(count);
  return ids;
}

function sorted(ids: readonly string[]): readonly string[] {
  return ids.toSorted();
}

describe('Redis has lost what it acknowledged', () => {
  test('emptied under an idle client: everything is pushed again without a further event', async () => {
    const { client, warnings } = createTestClient({ redisUrl: server.url, ...ROOMY });
    const ids = await logMany(client, 300);
    await withAdmin(server, (admin) => admin.flushall());
    await waitFor(() => client.stats().ring.replayed === 300, { deadlineMs: 15_000, message: 'all are pushed again' });
    expect(sorted(await readIds())).toEqual(sorted(ids));
    expect(client.stats().ring).toMatchObject({ due: 0, losses: 1, events: 300 });
    expect(warnings.filter(({ message }) => message === LOST)).toEqual([
      { message: LOST, facts: { cause: 'other_data_set', pushed_again: 300, queued_before: 300 } },
    ]);
    expect(await withAdmin(server, (admin) => admin.hget('audit:stats', 'replayed'))).toBe('300');
  });

  test('started anew on an empty disk under load: nothing is lost, and nothing comes under a second id', async () => {
    const { client } = createTestClient({ redisUrl: server.url, maxQueueLength: 1_000_000 });
    const before = await logMany(client, 2000);
    await server.kill();
    const meanwhile = Promise.all(Array.from({ length: 100 }, () => client.logAudit(buildEvent())));
    await server.restart('empty');
    const receipts = await meanwhile;
    await waitFor(() => client.stats().redis === 'ready');
    const after = await logMany(client, 500);
    const { ring } = client.stats();
    await waitFor(async () => client.stats().ring.due === 0 && client.stats().ring.replayed > 0);
    await waitFor(() => client.stats().spool.bytes === 0, { deadlineMs: 15_000 });
    const ids = new Set(await readIds());
    const accepted = receipts.flatMap((receipt) => ('id' in receipt ? [receipt.id] : []));
    expect([...before, ...accepted, ...after].filter((id) => !ids.has(id))).toEqual([]);
    expect(ids.size).toBe(before.length + accepted.length + after.length);
    expect(client.stats().ring.replayed).toBeGreaterThanOrEqual(2000);
    expect(ring.losses).toBeGreaterThanOrEqual(1);
  }, 60_000);

  test('started anew from an older copy: the tail is pushed again, and no more', async () => {
    const { client, warnings } = createTestClient({ redisUrl: server.url, ...ROOMY });
    const old = await logMany(client, 400);
    const copy = await server.copyData();
    const tail = await logMany(client, 250);
    await server.kill();
    await server.restart(copy);
    expect(sorted(await readIds())).toEqual(sorted(old));
    await waitFor(() => client.stats().ring.replayed > 0 && client.stats().ring.due === 0, { deadlineMs: 15_000 });
    expect(sorted(await readIds())).toEqual(sorted([...old, ...tail]));
    expect(client.stats().ring.replayed).toBe(250);
    expect(warnings.filter(({ message }) => message === LOST)).toMatchObject([{ facts: { cause: 'rewound' } }]);
  }, 60_000);

  test('started anew as it was: nothing is pushed again', async () => {
    const { client } = createTestClient({ redisUrl: server.url, ...ROOMY });
    const before = await logMany(client, 200);
    await server.kill();
    await server.restart();
    const after = await logMany(client, 200);
    await client.close();
    expect(sorted(await readIds())).toEqual(sorted([...before, ...after]));
    expect(client.stats().ring).toMatchObject({ replayed: 0, losses: 0 });
  }, 60_000);

  test('a replica that lags takes over: what it does not have is pushed again', async () => {
    await using replica = await startTestRedis({ appendfsync: 'always' });
    const primary = await openTcpSwitch(server.port);
    const { client } = createTestClient({ redisUrl: primary.url, ...ROOMY });
    const both = await withAdmin(replica, async (admin) => {
      await admin.replicaof('127.0.0.1', server.port);
      await waitFor(async () => (await admin.info('replication')).includes('master_link_status:up'));
      const ids = await logMany(client, 150);
      await waitFor(async () => (await admin.llen('audit:queue')) === 147, { message: 'the replica follows' });
      await admin.replicaof('NO', 'ONE');
      return ids;
    });
    const lost = await logMany(client, 350);
    primary.turnTo(replica.port);
    await waitFor(() => client.stats().ring.replayed >= 350, {
      deadlineMs: 15_000,
      message: 'the tail is pushed again',
    });
    const fresh = await logMany(client, 50);
    expect(sorted(await readIds(replica))).toEqual(sorted([...both, ...lost, ...fresh]));
    expect(client.stats().ring).toMatchObject({ replayed: 350, losses: 1 });
  }, 60_000);

  test('several clients each push again their own', async () => {
    const clients = [1, 2, 3].map(() => createTestClient({ redisUrl: server.url, ...ROOMY }).client);
    const ids = (await Promise.all(clients.map((client, index) => logMany(client, 100 * (index + 1))))).flat();
    await withAdmin(server, (admin) => admin.flushall());
    const fresh = await Promise.all(clients.map((client) => logMany(client, 1)));
    await waitFor(() => clients.every((client) => client.stats().ring.replayed > 0 && client.stats().ring.due === 0));
    expect(sorted(await readIds())).toEqual(sorted([...ids, ...fresh.flat()]));
    expect(clients.map((client) => client.stats().ring.replayed)).toEqual([100, 200, 300]);
  });

  test('emptied again and again, also while it is pushed again: nothing is lost', async () => {
    const { client } = createTestClient({ redisUrl: server.url, ...ROOMY });
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      ids.push(...(await logMany(client, 1000)));
      await withAdmin(server, (admin) => admin.flushall());
      ids.push(...(await logMany(client, 10)));
      if (round % 2 === 0) await withAdmin(server, (admin) => admin.flushall());
    }
    await waitFor(() => client.stats().ring.due === 0 && client.stats().ring.losses >= 5, { deadlineMs: 15_000 });
    await client.close();
    const found = new Set(await readIds());
    expect(ids.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(ids.length);
    expect(client.stats().ring.losses).toBeGreaterThanOrEqual(5);
  }, 60_000);
});

describe('limits', () => {
  test('a ring that is too small pushes again its newest part, and the warning says how little', async () => {
    const { client, warnings } = createTestClient({ redisUrl: server.url, ...ROOMY, ringMaxBytes: 1_048_576 });
    const ids = await logMany(client, 6000);
    const { events, bytes } = client.stats().ring;
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(events).toBeLessThan(6000);
    await withAdmin(server, (admin) => admin.flushall());
    await client.close();
    const found = await readIds();
    expect(found).toHaveLength(events);
    // The two lanes are answered in no fixed order, so its oldest end is not sharp.
    const newest = new Set(ids.slice(-events - 50));
    expect(found.filter((id) => !newest.has(id))).toEqual([]);
    expect(warnings.filter(({ message }) => message === LOST)).toMatchObject([
      { facts: { pushed_again: events, queued_before: 6000 } },
    ]);
  });

  test('a full queue keeps what is due waiting, and fresh events go the way of the overflow policy', async () => {
    const { client } = createTestClient({ redisUrl: server.url, maxQueueLength: 100 });
    const { client: other } = createTestClient({ redisUrl: server.url, maxQueueLength: 100 });
    const receipts = await Promise.all(Array.from({ length: 100 }, () => client.logAudit(buildEvent())));
    const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : ''));
    await withAdmin(server, (admin) => admin.flushall());
    await Promise.all(Array.from({ length: 70 }, () => other.logAudit(buildEvent())));
    await waitFor(() => client.stats().ring.due === 70, { deadlineMs: 15_000, message: '30 had room' });
    expect(await readIds()).toHaveLength(100);
    expect((await client.logAudit(buildEvent())).status).toBe('spooled');
    await withAdmin(server, (admin) => admin.ltrim('audit:queue', 0, 9));
    await waitFor(() => client.stats().ring.due === 0, { deadlineMs: 15_000, message: 'the others have room' });
    expect(client.stats().ring.replayed).toBe(100);
    const found = new Set(await readIds());
    expect(ids.slice(-70).filter((id) => !found.has(id))).toEqual([]);
  });

  test('closing with a full queue ends within its bound and says how many events were left', async () => {
    const { client, warnings } = createTestClient({ redisUrl: server.url, maxQueueLength: 100, deadlineMs: 500 });
    await Promise.all(Array.from({ length: 100 }, () => client.logAudit(buildEvent())));
    await withAdmin(server, async (admin) => {
      await admin.flushall();
      await admin.lpush('audit:queue', ...Array.from({ length: 100 }, () => 'x'));
    });
    await client.close();
    expect(warnings).toContainEqual({
      message: 'audit client closed before events that Redis has lost were pushed again',
      facts: { events: 100 },
    });
  });

  test('closing while Redis is away says how many events nobody knows about', async () => {
    const own = await startTestRedis({ appendfsync: 'always' });
    onTestFinished(() => own.stop());
    const { client, warnings } = createTestClient({ redisUrl: own.url, ...ROOMY });
    await logMany(client, 10);
    await own.kill();
    await waitFor(() => client.stats().redis === 'away');
    await client.close();
    expect(warnings).toContainEqual({
      message: 'audit client closed while Redis was away: whether it still has the last events is not known',
      facts: { events: 10 },
    });
  });
});

describe('the closing record of a producer', () => {
  test('has the last number and what was given up; without a close it stays open', async () => {
    const { client } = createTestClient({ redisUrl: server.url, maxQueueLength: 10, overflow: 'drop' });
    await Promise.all(Array.from({ length: 15 }, () => client.logAudit(buildEvent())));
    const connection = connectRedis(server.url, { name: 'test' });
    onTestFinished(() => connection.disconnect());
    const queue = createQueue(connection, toQueueKeys('audit:queue'));
    const { producerId } = client.stats();
    expect(await queue.producers()).toMatchObject([{ producerId, lastSeq: 10, isClosed: false }]);
    await client.close();
    expect(await queue.producers()).toMatchObject([{ producerId, lastSeq: 16, givenUp: 5, isClosed: true }]);
  });
});
