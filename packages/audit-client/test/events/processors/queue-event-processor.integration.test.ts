import { useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  BatchedEventProcessor,
  type BatchProcessingOptions,
  type EventProcessor,
  QueueEventProcessor,
} from '../../../src/events/index.ts';
import { createTestClient } from '../../support/test-client.ts';
import { readSpooledLines } from '../../support/spool-bench.ts';
import { eventOf, eventsOf } from '../support/batched.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

const { url, redis } = await useRedis();
const NOWHERE = 'redis://127.0.0.1:1';

async function entries(key = 'audit:queue'): Promise<readonly Record<string, unknown>[]> {
  return (await redis.lrange(key, 0, -1)).toReversed().map((line) => JSON.parse(line));
}

function createQueued(
  options: BatchProcessingOptions = {},
  clientOptions: Parameters<typeof createTestClient>[0] = {},
  processor?: EventProcessor,
) {
  const made = createTestClient({ redisUrl: url, ...clientOptions });
  const batched = new BatchedEventProcessor(processor ?? new QueueEventProcessor({ client: made.client }), {
    client: made.client,
    enableDeduplication: false,
    ...options,
  });
  onTestFinished(() => batched.close());
  return { batched, ...made };
}

describe('events that are handed to the queue', () => {
  test('are entries of the main lane under the ids of the call, numbered in the order of the calls', async () => {
    const { batched, client } = createQueued();
    const events = [...eventsOf('info', 3), ...eventsOf('medium', 2)];
    for (const event of events) await batched.addEvent(event);
    expect(await entries()).toEqual([]);
    expect(await batched.flush()).toEqual({ processed: 5, failed: 0 });
    const stored = await entries();
    expect(new Map(stored.map((entry) => [entry['id'], entry['n']]))).toEqual(
      new Map(events.map(({ id }, index) => [id, index + 1])),
    );
    expect(new Set(stored.map((entry) => entry['producer']))).toEqual(new Set([client.stats().producerId]));
  });

  test('a batch is one push', async () => {
    const { batched } = createQueued();
    const calls = async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    await batched.addEvent(eventOf('high'));
    const before = await calls();
    for (const event of eventsOf('info', 100)) void batched.addEvent(event);
    await batched.flush();
    expect(await calls()).toBe(before + 1);
  });

  test('a high event is answered with its place in the queue', async () => {
    const { batched } = createQueued();
    const event = eventOf('high');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'queued' });
  });

  test('a critical event without Postgres takes the urgent lane, on the way of logCriticalAudit', async () => {
    const { batched } = createQueued();
    const event = eventOf('critical', { severity: 'critical' });
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'queued' });
    expect(await entries('audit:queue:urgent')).toMatchObject([{ id: event.id, severity: 'critical' }]);
  });

  test('details and correlation are in the entry, and what a crash would lose shows as a hole in the numbers', async () => {
    const { batched } = createQueued();
    await batched.addEvent(eventOf('info'));
    const event = buildSecurityEvent({
      priority: 'high',
      correlationId: 'c-9',
      details: { userId: 'u-1', attempts: 3 },
    });
    await batched.addEvent(event);
    expect(await entries()).toMatchObject([
      { id: event.id, n: 2, user_id: 'u-1', correlation_id: 'c-9', metadata: { attempts: 3 } },
    ]);
  });

  test('while Redis is away they are in the spool, and processed', async () => {
    const { batched, spoolDir } = createQueued({}, { redisUrl: NOWHERE });
    const events = eventsOf('info', 4);
    for (const event of events) void batched.addEvent(event);
    expect(await batched.flush()).toEqual({ processed: 4, failed: 0 });
    expect(
      readSpooledLines(spoolDir)
        .map((line) => JSON.parse(line).id)
        .toSorted(),
    ).toEqual(events.map(({ id }) => id).toSorted());
  });

  test('a client that closes hands over what waits before it takes nothing more', async () => {
    const { batched, client } = createQueued();
    const event = eventOf('info');
    await batched.addEvent(event);
    await client.close();
    expect(await entries()).toMatchObject([{ id: event.id }]);
  });

  test('a client that is misconfigured answers so to every priority, and nothing is lost in silence', async () => {
    const { batched, client } = createQueued({}, { redisUrl: 'no url' });
    const dropped: string[] = [];
    batched.on('event:dropped', ({ reason }) => void dropped.push(reason));
    for (const priority of ['critical', 'high', 'info'] as const) {
      expect(await batched.addEvent(eventOf(priority))).toMatchObject({
        status: 'rejected',
        reason: 'misconfigured',
        issues: [{ path: 'redisUrl' }],
      });
    }
    expect(await batched.flush()).toEqual({ processed: 0, failed: 0 });
    expect(dropped).toEqual(['misconfigured', 'misconfigured', 'misconfigured']);
    expect(batched.getStats()).toMatchObject({ totalReceived: 3, totalDropped: 3, currentQueueSize: 0 });
    expect(client.stats().rejected.misconfigured).toBe(3);
  });

  test('a client that was closed answers so to every priority', async () => {
    const { batched, client } = createQueued();
    await batched.addEvent(eventOf('info'));
    await client.close();
    for (const priority of ['critical', 'high', 'info'] as const) {
      expect(await batched.addEvent(eventOf(priority))).toEqual({ status: 'rejected', reason: 'closed' });
    }
    expect(await batched.flush()).toEqual({ processed: 0, failed: 0 });
    expect(batched.getStats()).toMatchObject({ totalProcessed: 1, totalDropped: 3, currentQueueSize: 0 });
  });

  test('what a processor of the user does not take either ends with the reason of such a client', async () => {
    const failing: EventProcessor = { process: () => Promise.reject(new Error('the sink is away')) };
    const { batched, client } = createQueued({ maxRetryAttempts: 1, retryDelay: 1 }, {}, failing);
    await client.close();
    expect(await batched.addEvent(eventOf('high'))).toEqual({ status: 'rejected', reason: 'closed' });
    const { batched: other } = createQueued({ maxRetryAttempts: 1, retryDelay: 1 }, { redisUrl: 'no url' }, failing);
    expect(await other.addEvent(eventOf('high'))).toMatchObject({ status: 'rejected', reason: 'misconfigured' });
    void other.addEvent(eventOf('info'));
    expect(await other.flush()).toEqual({ processed: 0, failed: 0 });
    expect(other.getStats()).toMatchObject({ totalDropped: 2, currentQueueSize: 0 });
  });
});

describe('events that a processor of the user does not take', () => {
  test('after the last attempt they are queued through the spool, under their ids', async () => {
    const failing: EventProcessor = { process: () => Promise.reject(new Error('the sink is away')) };
    const { batched } = createQueued({ maxRetryAttempts: 1, retryDelay: 1 }, {}, failing);
    const event = eventOf('high');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'spooled' });
    await waitFor(async () => (await entries()).length === 1);
    expect(await entries()).toMatchObject([{ id: event.id, n: 1 }]);
  });

  test('what it refuses is a dead letter with its reason and the entry, ready to be redriven', async () => {
    const refusing: EventProcessor = {
      process: (events) =>
        Promise.resolve({
          processed: 0,
          failed: events.length,
          refused: events.map(({ id }) => ({ id, reason: 'no such tenant' })),
        }),
    };
    const { batched } = createQueued({}, {}, refusing);
    const event = eventOf('high');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'parked' });
    const [letter] = await entries('audit:failed');
    expect(letter).toMatchObject({
      id: event.id,
      reason: 'refused_by_processor',
      detail: 'no such tenant',
      attempts: 1,
      sqlstate: null,
    });
    expect(JSON.parse(String(letter?.['raw']))).toMatchObject({ v: 1, id: event.id, event_type: event.type });
    expect(await redis.sismember('audit:failed:ids', event.id)).toBe(1);
  });

  test('while Redis is away what it refuses is kept in the spool', async () => {
    const refusing: EventProcessor = {
      process: (events) =>
        Promise.resolve({ processed: 0, failed: 1, refused: [{ id: events[0]?.id ?? '', reason: 'no' }] }),
    };
    const { batched, spoolDir } = createQueued({ maxRetryAttempts: 1, retryDelay: 1 }, { redisUrl: NOWHERE }, refusing);
    const event = eventOf('critical');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'spooled' });
    expect(readSpooledLines(spoolDir).map((line) => JSON.parse(line).id)).toEqual([event.id]);
  });
});

test('what gives way under pressure is counted in audit:stats, and its numbers are told', async () => {
  const { batched, client } = createQueued({ maxQueueSize: 3, enableAutoFlush: true });
  for (const event of eventsOf('info', 3)) await batched.addEvent(event);
  await batched.addEvent(eventOf('low'));
  await batched.close();
  await client.close();
  expect(await redis.hget('audit:stats', 'dropped:backpressure')).toBe('1');
  const [report] = await entries('audit:queue:urgent');
  expect(report).toMatchObject({
    event_type: 'audit.events.dropped',
    metadata: { reason: 'backpressure', count: 1, _auditlane: { numbers: '3' } },
  });
});

test('a merged event that gives way is as many lost events as it stood for', async () => {
  const { batched, client } = createQueued({ maxQueueSize: 10 });
  for (let n = 0; n < 9; n += 1) {
    void batched.addEvent(buildSecurityEvent({ priority: 'info', details: { same: true } }));
  }
  for (const event of eventsOf('low', 10)) void batched.addEvent(event);
  const { totalDropped } = batched.getStats();
  await batched.close();
  await client.close();
  expect(totalDropped).toBe(9);
  expect(await redis.hget('audit:stats', 'dropped:backpressure')).toBe('9');
  const reports = await entries('audit:queue:urgent');
  expect(reports.map(({ metadata }) => metadata)).toContainEqual(
    expect.objectContaining({ reason: 'backpressure', count: 9, _auditlane: { numbers: '1' } }),
  );
});

test('identical events that are merged under pressure lose no number without a word', async () => {
  const { batched, client } = createQueued({ maxQueueSize: 10 });
  const alike = Array.from({ length: 9 }, () => buildSecurityEvent({ priority: 'info', details: { same: true } }));
  for (const event of alike) void batched.addEvent(event);
  await batched.close();
  await client.close();
  // Merging has ended the pressure: the last two are on their own again.
  const [merged, ...others] = await entries();
  expect(others.map(({ n }) => n)).toEqual([8, 9]);
  expect(merged).toMatchObject({ id: alike[0]?.id, n: 1, metadata: { count: 7 } });
  const [report] = await entries('audit:queue:urgent');
  expect(report).toMatchObject({
    event_type: 'audit.events.settled',
    event_category: 'info',
    metadata: { reason: 'coalesced', _auditlane: { numbers: '2-7' } },
  });
  expect(await redis.hget('audit:stats', 'dropped:coalesced')).toBeNull();
});
