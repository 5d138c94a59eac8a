import { useDatabase, useRedis } from '@auditlane/testkit';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  BatchedEventProcessor,
  type BatchProcessingOptions,
  DatabaseEventProcessor,
  FanOutEventProcessor,
  QueueEventProcessor,
} from '../../../src/events/index.ts';
import { readSpooledLines } from '../../support/spool-bench.ts';
import { createTestClient } from '../../support/test-client.ts';
import { eventOf, eventsOf } from '../support/batched.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();

async function rowsOf(ids: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  return (await database.pool.query('select * from audit_logs where id = any($1) order by producer_seq', [ids])).rows;
}

async function ledger(): Promise<number> {
  return (await database.pool.query('select count(*)::int as batches from audit_batches')).rows[0].batches;
}

function createStoring(
  options: BatchProcessingOptions = {},
  clientOptions: Parameters<typeof createTestClient>[0] = {},
) {
  const made = createTestClient({ redisUrl: url, databaseUrl: database.url, ...clientOptions });
  const batched = new BatchedEventProcessor(new DatabaseEventProcessor({ client: made.client }), {
    client: made.client,
    enableDeduplication: false,
    ...options,
  });
  onTestFinished(() => batched.close());
  return { batched, ...made };
}

/** Freshly minted: the ids of `eventsOf` may lie in any partition, and are used again by other files. */
const fresh = (count: number) => eventsOf('info', count).map((event) => ({ ...event, id: undefined }));

describe('DatabaseEventProcessor', () => {
  test('stores a batch in one transaction with one ledger row, past the queue', async () => {
    const { batched } = createStoring();
    const before = await ledger();
    const receipts = await Promise.all(fresh(60).map((event) => batched.addEvent(event)));
    expect(await batched.flush()).toEqual({ processed: 60, failed: 0 });
    const rows = await rowsOf(receipts.map((receipt) => ('id' in receipt ? receipt.id : '')));
    expect(rows).toHaveLength(60);
    expect(rows.map((row) => Number(row['producer_seq']))).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(await ledger()).toBe(before + 1);
    expect(await redis.dbsize()).toBe(0);
  });

  test('an event shows in the view security_events with its domain, columns and metadata', async () => {
    const { batched } = createStoring();
    const { id: _, ...event } = buildSecurityEvent({ priority: 'high', details: { userId: 'u-5', attempts: 2 } });
    const receipt = await batched.addEvent(event);
    expect(receipt.status).toBe('stored');
    const { rows } = await database.pool.query('select * from security_events where id = $1', [
      'id' in receipt ? receipt.id : '',
    ]);
    expect(rows).toMatchObject([
      { event_type: 'auth.login.failure', user_id: 'u-5', outcome: 'failure', severity: 'medium' },
    ]);
    expect(await rowsOf([rows[0].id])).toMatchObject([{ event_domain: 'authentication', metadata: { attempts: 2 } }]);
  });

  test('the row that Postgres refuses is parked with its SQLSTATE, and the others of the batch are stored', async () => {
    await database.pool.query(
      `alter table audit_logs add constraint no_poison check (user_id is distinct from 'poison')`,
    );
    onTestFinished(async () => void (await database.pool.query('alter table audit_logs drop constraint no_poison')));
    const { batched } = createStoring();
    const events = fresh(20).map((event, n) => (n === 7 ? { ...event, details: { userId: 'poison' } } : event));
    const receipts = await Promise.all(events.map((event) => batched.addEvent(event)));
    expect(await batched.flush()).toEqual({ processed: 19, failed: 1 });
    const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : ''));
    expect(await rowsOf(ids)).toHaveLength(19);
    const letters = (await redis.lrange('audit:failed', 0, -1)).map((line) => JSON.parse(line));
    expect(letters).toMatchObject([{ id: ids[7], reason: 'rejected_by_postgres', sqlstate: '23514' }]);
  });

  test('an outage of Postgres costs attempts, then the events are spooled and queued under their ids', async () => {
    const { batched } = createStoring(
      { maxRetryAttempts: 1, retryDelay: 1 },
      { databaseUrl: 'postgres://127.0.0.1:1/none' },
    );
    const errors: unknown[] = [];
    batched.on('batch:error', (error) => void errors.push(error.code));
    const event = eventOf('high');
    expect(await batched.addEvent(event)).toEqual({ id: event.id, status: 'spooled' });
    expect(errors).toEqual(['rejected', 'rejected']);
  });

  test('events that are handed over a second time make no second row', async () => {
    const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
    const processor = new DatabaseEventProcessor({ client });
    const batched = new BatchedEventProcessor(
      {
        prepare: (event) => processor.prepare(event),
        process: async (events) => {
          await processor.process(events);
          return processor.process(events);
        },
      },
      { client, enableDeduplication: false },
    );
    const receipts = await Promise.all(fresh(12).map((event) => batched.addEvent(event)));
    expect(await batched.flush()).toEqual({ processed: 12, failed: 0 });
    await batched.close();
    expect(await rowsOf(receipts.map((receipt) => ('id' in receipt ? receipt.id : '')))).toHaveLength(12);
  });

  test('stores through a pool of the user just as well', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    onTestFinished(() => pool.end());
    const { client } = createTestClient({ redisUrl: url });
    const batched = new BatchedEventProcessor(new DatabaseEventProcessor({ client, pool }), {
      client,
      enableDeduplication: false,
    });
    const receipt = await batched.addEvent({ type: 'data.exported', priority: 'critical' });
    expect(receipt.status).toBe('stored');
    await batched.close();
    expect(await rowsOf(['id' in receipt ? receipt.id : ''])).toHaveLength(1);
  });
});

test('a critical event of the queue processor is a committed row when its receipt says so', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  const batched = new BatchedEventProcessor(new QueueEventProcessor({ client }), { client });
  const receipt = await batched.addEvent({ type: 'threat.sql_injection' });
  expect(receipt.status).toBe('stored');
  expect(await rowsOf(['id' in receipt ? receipt.id : ''])).toHaveLength(1);
  await batched.close();
});

test('a fan-out to queue and database gives both the same event: one id, one number, one content', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  const fan = new FanOutEventProcessor([new QueueEventProcessor({ client }), new DatabaseEventProcessor({ client })]);
  const batched = new BatchedEventProcessor(fan, { client, enableDeduplication: false });
  const receipts = await Promise.all(fresh(3).map((event) => batched.addEvent(event)));
  await batched.close();
  const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : ''));
  const rows = await rowsOf(ids);
  const queued = (await redis.lrange('audit:queue', 0, -1)).toReversed().map((line) => JSON.parse(line));
  expect(queued.map(({ id, n }) => [id, n])).toEqual(rows.map((row) => [row['id'], Number(row['producer_seq'])]));
});

test('with the guarantee strict the journal is on by default: a waiting event is on the disk', async () => {
  const { client, spoolDir } = createTestClient({ redisUrl: url, databaseUrl: database.url, guarantee: 'strict' });
  const batched = new BatchedEventProcessor(new QueueEventProcessor({ client }), { client });
  const receipt = await batched.addEvent({ type: 'data.exported', priority: 'info' });
  expect(receipt.status).toBe('buffered');
  expect(readSpooledLines(spoolDir).map((line) => JSON.parse(line).id)).toEqual(['id' in receipt ? receipt.id : '']);
  await batched.close();
});
