import { buildEvent, startTestRedis, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();

async function entriesOf(lane: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await redis.lrange(lane, 0, -1)).map((line) => JSON.parse(line)).toReversed();
}

test('events that were given up are one event with their numbers, which with the queued ones make all that were taken', async () => {
  const { client } = createTestClient({ redisUrl: url, maxQueueLength: 3, overflow: 'drop' });
  const receipts = await Promise.all(Array.from({ length: 8 }, () => client.logAudit(buildEvent())));
  expect(receipts.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  const { producerId } = client.stats();
  await client.close();
  expect((await entriesOf('audit:queue')).map(({ n }) => n)).toEqual([1, 2, 3]);
  const reports = [...(await entriesOf('audit:queue:urgent'))];
  expect(reports).toMatchObject([
    {
      event_type: 'audit.events.dropped',
      source: 'auditlane',
      resource_id: producerId,
      producer: producerId,
      n: 9,
      metadata: { reason: 'dropped', count: 5, _auditlane: { numbers: '4-8' } },
    },
  ]);
});

test('calls that were refused are told too, and a caller cannot write what only the client says', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(
    buildEvent({ event_type: 'audit.events.dropped', metadata: { _auditlane: { numbers: '1-9' }, numbers: '1-9' } }),
  );
  const refused = await Reflect.apply(client.logAudit, client, [{ event_type: 'a b' }]);
  expect(refused).toMatchObject({ status: 'rejected' });
  await client.close();
  const entries = [...(await entriesOf('audit:queue')), ...(await entriesOf('audit:queue:urgent'))];
  expect(entries).toMatchObject([
    { n: 1, metadata: { _auditlane: { caller: { numbers: '1-9' } } } },
    { n: 2, event_type: 'audit.events.refused', metadata: { reason: 'invalid', count: 1 } },
  ]);
  expect(entries[0]).not.toHaveProperty('metadata._auditlane.numbers');
});

test('while Redis is away reports wait, take no numbers, and do not hold the client up', async () => {
  await using server = await startTestRedis();
  const { client } = createTestClient({ redisUrl: server.url, overflow: 'drop', deadlineMs: 200 });
  await client.logAudit(buildEvent());
  await server.kill();
  await waitFor(async () => (await client.logAudit(buildEvent())).status === 'rejected');
  await client.close();
  expect(client.stats().rejected.dropped).toBeGreaterThan(0);
});
