import { EVENT_FLAGS, decodeEntry } from '@auditlane/schema';
import { buildEvent, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { defaultAuditClient, logAudit } from '../src/index.ts';
import { createTestClient } from './support/test-client.ts';
import { makeTempDir } from './support/temp-dir.ts';

const { url, redis } = await useRedis();

async function scriptCalls(): Promise<number> {
  const stats = await redis.info('commandstats');
  const count = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return count('evalsha') + count('eval');
}

async function entries(key = 'audit:queue'): Promise<readonly Record<string, unknown>[]> {
  const lines = await redis.lrange(key, 0, -1);
  return lines.toReversed().map((line) => JSON.parse(line));
}

test('an event is in the queue when its receipt says so, under the id of the receipt', async () => {
  const { client } = createTestClient({ redisUrl: url });
  const receipt = await client.logAudit(buildEvent({ resource_id: 'k-1' }));
  expect(receipt).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'queued' });
  expect(await entries()).toMatchObject([{ v: 1, id: 'id' in receipt ? receipt.id : '', resource_id: 'k-1', n: 1 }]);
});

test('calls of one turn share one script call, in their order, with ids that grow', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(buildEvent());
  const before = await scriptCalls();
  const receipts = await Promise.all(
    Array.from({ length: 200 }, (_, n) => client.logAudit(buildEvent({ metadata: { n } }))),
  );
  expect(await scriptCalls()).toBe(before + 1);
  const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : ''));
  expect(ids).toEqual(ids.toSorted());
  const stored = (await entries()).slice(1);
  expect(stored.map((entry) => entry['id'])).toEqual(ids);
  expect(stored.map((entry) => entry['n'])).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
});

test('a critical event takes the urgent lane', async () => {
  const { client } = createTestClient({ redisUrl: url });
  const receipt = await client.logAudit(buildEvent({ event_category: 'critical' }));
  expect(receipt).toMatchObject({ status: 'queued' });
  expect(await entries()).toEqual([]);
  expect(await entries('audit:queue:urgent')).toMatchObject([{ event_category: 'critical', severity: 'critical' }]);
});

test('the snapshot of the event is taken in the call', async () => {
  const { client } = createTestClient({ redisUrl: url });
  const event = { ...buildEvent(), metadata: { before: true, list: [1] } };
  const pending = client.logAudit(event);
  event.metadata.before = false;
  event.metadata.list.push(2);
  await pending;
  expect(await entries()).toMatchObject([{ metadata: { before: true, list: [1] } }]);
});

test('defaults of the client fill what the event leaves out, and the event wins', async () => {
  const { client } = createTestClient({ redisUrl: url, serviceName: 'billing', host: 'web-1', source: 'app' });
  await client.logAudit(buildEvent({ host: 'web-2' }));
  expect(await entries()).toMatchObject([{ service_name: 'billing', host: 'web-2', source: 'app' }]);
});

test('flush resolves when all calls before it have their receipts', async () => {
  const { client } = createTestClient({ redisUrl: url });
  for (let index = 0; index < 1000; index += 1) void client.logAudit(buildEvent());
  await Promise.all([client.flush(), client.flush()]);
  expect(client.stats()).toMatchObject({ pending: { events: 0, bytes: 0 }, queued: 1000 });
  expect(await redis.llen('audit:queue')).toBe(1000);
});

test('close drains what was logged before it, is joined by a second close, and answers later calls "closed"', async () => {
  const { client, warnings } = createTestClient({ redisUrl: url });
  const before = Array.from({ length: 500 }, () => client.logAudit(buildEvent()));
  const closing = client.close();
  expect(client.close()).toBe(closing);
  const during = await client.logAudit(buildEvent());
  await closing;
  expect(new Set((await Promise.all(before)).map((receipt) => receipt.status))).toEqual(new Set(['queued']));
  expect(during).toEqual({ status: 'rejected', reason: 'closed' });
  await expect(client.logCriticalAudit(buildEvent())).rejects.toMatchObject({ name: 'AuditError', code: 'closed' });
  expect(await redis.llen('audit:queue')).toBe(500);
  await waitFor(async () => !String(await redis.client('LIST')).includes('auditlane-client'));
  expect(client.stats().redis).toBe('closed');
  expect(warnings.map((warning) => warning.message)).toEqual(['audit events are rejected: closed']);
});

test('a refused event is counted by reason in audit:stats with the next call, and is not a dropped one', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(Object.create(null));
  await client.logAudit(buildEvent());
  expect(await redis.hgetall('audit:stats')).toEqual({ 'refused:invalid': '1', enqueued: '1' });
});

test('what was refused without a next call is reported by flush', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(buildEvent());
  await client.logAudit(Object.create(null));
  await client.flush();
  expect(await redis.hgetall('audit:stats')).toMatchObject({ 'refused:invalid': '1' });
});

test('after SCRIPT FLUSH and after a lost connection, events are queued again', async () => {
  const { client } = createTestClient({ redisUrl: url });
  await client.logAudit(buildEvent());
  await redis.script('FLUSH');
  expect(await client.logAudit(buildEvent())).toMatchObject({ status: 'queued' });
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  expect(await client.logAudit(buildEvent())).toMatchObject({ id: expect.any(String) });
  await waitFor(async () => (await redis.llen('audit:queue')) === 3);
});

test('an importing client takes the id of an event, and mints one where there is none', async () => {
  const { client } = createTestClient({ redisUrl: url, acceptIds: true });
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  expect(await client.logAudit({ ...buildEvent(), id })).toEqual({ id, status: 'queued' });
  expect(await client.logAudit({ ...buildEvent(), id: 'no uuid' })).toMatchObject({
    reason: 'invalid',
    issues: [{ path: 'id' }],
  });
  expect(await client.logAudit({ ...buildEvent(), id: undefined })).toMatchObject({ status: 'queued' });
  const [line = ''] = (await redis.lrange('audit:queue', -1, -1)) ?? [];
  expect(decodeEntry(line)).toMatchObject({ kind: 'event', row: { id, flags: EVENT_FLAGS.timeSuspect } });
  expect(line.match(/"id"/g)).toHaveLength(1);
});

test('the functions use one default client, made from the environment', async () => {
  process.env['REDIS_URL'] = url;
  process.env['AUDIT_SPOOL_DIR'] = makeTempDir();
  expect(await logAudit(buildEvent())).toMatchObject({ status: 'queued' });
  expect(defaultAuditClient()).toBe(defaultAuditClient());
  expect(defaultAuditClient().stats().queued).toBe(1);
  await defaultAuditClient().close();
});

test('a misconfigured client answers every call with what is wrong', async () => {
  const { client, warnings } = createTestClient({ redisUrl: 'not a url', maxQueueLength: 0 });
  const receipt = await client.logAudit(buildEvent());
  expect(receipt).toMatchObject({
    status: 'rejected',
    reason: 'misconfigured',
    issues: [{ path: 'redisUrl' }, { path: 'maxQueueLength' }],
  });
  await expect(client.logCriticalAudit(buildEvent())).rejects.toMatchObject({ code: 'misconfigured' });
  expect(warnings).toHaveLength(1);
  expect(client.stats().rejected.misconfigured).toBe(2);
});
