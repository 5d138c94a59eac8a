import { setTimeout as delay } from 'node:timers/promises';
import { buildEvent, startTestRedis, waitFor } from '@auditlane/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import type { Receipt } from '../src/receipt.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { createTestClient } from './support/test-client.ts';

const server = await startTestRedis({ appendfsync: 'always' });
afterAll(() => server.stop());

test('Redis is killed three times under load: every event with a receipt reaches the queue, in no case under a second id', async () => {
  const { client, spoolDir } = createTestClient({ redisUrl: server.url, maxQueueLength: 1_000_000 });
  const calls: Promise<Receipt>[] = [];
  let isLoading = true;
  const load = (async () => {
    while (isLoading) {
      for (let index = 0; index < 20; index += 1) calls.push(client.logAudit(buildEvent()));
      await delay(2);
    }
  })();
  for (let round = 1; round <= 3; round += 1) {
    const queued = client.stats().queued;
    await waitFor(() => client.stats().queued > queued + 200, { message: 'events are queued' });
    await server.kill();
    const spooled = client.stats().spooled;
    await waitFor(() => client.stats().spooled > spooled + 200, { message: 'events are spooled' });
    await server.restart();
  }
  isLoading = false;
  await load;
  const receipts = await Promise.all(calls);
  await waitFor(() => readSpooledLines(spoolDir).length === 0, { deadlineMs: 20_000, message: 'the spool is empty' });
  const admin = new Redis(server.url);
  const lines = await admin.lrange('audit:queue', 0, -1);
  admin.disconnect();
  const found = new Set(lines.map((line) => String(JSON.parse(line).id)));
  expect(receipts.filter((receipt) => !('id' in receipt) || !found.has(receipt.id))).toEqual([]);
  expect(found.size).toBe(receipts.length);
}, 90_000);

test('an emptied Redis is told by a warning with the number of receipts it may have cost, and filled again; a restarted one is not', async () => {
  const lost = 'audit queue has lost events that it acknowledged: those still in memory are pushed again';
  // Room beside what the test before left, and nothing is spooled: each event in memory has the receipt `queued`.
  const { client, warnings } = createTestClient({ redisUrl: server.url, maxQueueLength: 1_000_000, overflow: 'wait' });
  const told = (): readonly unknown[] => warnings.filter(({ message }) => message === lost).map(({ facts }) => facts);
  await client.logAudit(buildEvent());
  await server.restart();
  await waitFor(async () => (await client.logAudit(buildEvent())).status === 'queued');
  expect(told()).toEqual([]);

  const admin = new Redis(server.url);
  await admin.flushall();
  admin.disconnect();
  const { queued } = client.stats();
  await client.logAudit(buildEvent());
  await client.logAudit(buildEvent({ event_category: 'critical' }));
  expect(told()).toEqual([{ cause: 'other_data_set', pushed_again: queued, queued_before: queued }]);
  await waitFor(() => client.stats().ring.replayed === queued, { message: 'what was lost is pushed again' });
}, 60_000);
