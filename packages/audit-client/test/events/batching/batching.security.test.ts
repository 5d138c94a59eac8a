import { HOSTILE_INPUTS, HOSTILE_METADATA, HOSTILE_TEXTS, useDatabase, useRedis } from '@auditlane/testkit';
import { decodeEntry } from '@auditlane/schema';
import { expect, onTestFinished, test } from 'vitest';
import { BatchedEventProcessor, DatabaseEventProcessor, QueueEventProcessor } from '../../../src/events/index.ts';
import { createTestClient } from '../../support/test-client.ts';
import { createBatched, difference, eventOf } from '../support/batched.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();

function createQueued() {
  const { client } = createTestClient({ redisUrl: url });
  const batched = new BatchedEventProcessor(new QueueEventProcessor({ client }), { client });
  onTestFinished(() => batched.close());
  return { batched, client };
}

test.each(Object.entries(HOSTILE_METADATA).map(([name, { row, make }]) => [row, name, make] as const))(
  'row %i: %s as details is one entry that a worker can store',
  async (_, __, make) => {
    const { batched } = createQueued();
    const event = eventOf('high');
    const details = make();
    const receipt = await Reflect.apply(batched.addEvent, batched, [{ ...event, details }]);
    expect(receipt).toEqual({ id: event.id, status: 'queued' });
    const [line] = await redis.lrange('audit:queue', 0, -1);
    expect(decodeEntry(line ?? '')).toMatchObject({ kind: 'event', row: { id: event.id } });
  },
);

test('row 1: whatever is given to addEvent, it resolves with a receipt, and nothing reaches the caller', async () => {
  const { batched } = createQueued();
  const odd: readonly unknown[] = [
    ...HOSTILE_INPUTS.map(({ make }) => make()),
    undefined,
    null,
    5,
    'text',
    Symbol('s'),
    () => undefined,
    [],
    {},
    { type: '' },
    { type: 7 },
    { type: 'x'.repeat(100_000) },
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    ),
    {
      get type(): string {
        throw new Error('no');
      },
    },
  ];
  for (const input of odd) {
    const receipt = await Reflect.apply(batched.addEvent, batched, [input]);
    expect(receipt).toHaveProperty('status');
  }
  await batched.flush();
  expect(difference(batched.getStats())).toBe(0);
});

test('row 1: fields of a wrong type count as left out', async () => {
  const { batched, processor } = createBatched();
  const input = {
    type: 'data.read',
    id: 5,
    source: {},
    priority: 'urgent',
    severity: 9,
    occurredAt: 'now',
    correlationId: 7,
    dedupKey: {},
    details: 'text',
    coalesced: { count: 'many' },
  };
  await Reflect.apply(batched.addEvent, batched, [input]);
  await batched.flush();
  expect(processor.events).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}-/),
      type: 'data.read',
      source: 'system',
      priority: expect.any(String),
      severity: expect.any(String),
      occurredAt: expect.any(Number),
      correlationId: null,
      dedupKey: null,
      details: {},
    },
  ]);
});

test('row 1: a getter that answers something else each time is asked once', async () => {
  const { batched, processor } = createBatched();
  const types = ['data.read', { evil: true }, 'data.deleted'];
  const event = {
    ...eventOf('info'),
    get type(): string {
      return types.shift() as string;
    },
  };
  await batched.addEvent(event);
  await batched.flush();
  expect(processor.events).toMatchObject([{ type: 'data.read' }]);
});

test.each(Object.entries(HOSTILE_TEXTS).map(([name, text]) => [name, text] as const))(
  'row 10: the text %s as type, source, correlation and detail is stored',
  async (_, text) => {
    const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
    const batched = new BatchedEventProcessor(new DatabaseEventProcessor({ client }), { client });
    const value = String(text);
    const event = {
      type: value,
      source: value,
      correlationId: value,
      priority: 'critical' as const,
      details: { userId: value, note: value },
    };
    const receipt = await batched.addEvent(event);
    expect(value === '' ? 'rejected' : 'stored').toBe(receipt.status);
    await batched.close();
  },
);
