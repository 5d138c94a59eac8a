import { DeadLetter } from '@auditlane/schema';
import { HOSTILE_ENTRIES, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { buildEntries, createFleet, emptyTables } from './fleet.ts';

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

// A rule of the table that the decoder does not know, so that Postgres itself finds the poison.
await database.pool.query(`alter table audit_logs add constraint no_poison check (user_id <> 'poison')`);

beforeEach(() => emptyTables(database));

async function readDeadLetters(): Promise<DeadLetter[]> {
  return (await redis.redis.lrange('audit:failed', 0, -1)).map((line) => DeadLetter.parse(JSON.parse(line)));
}

/** Statements that the workers sent to store batches, as their beats tell. */
async function readStatements(): Promise<number> {
  const metrics = (await fleet.beats()).flatMap((beat) => beat.metrics ?? []);
  const counter = z.array(z.object({ values: z.array(z.object({ value: z.number() })) }));
  const found = counter.parse(
    metrics.filter((metric) => JSON.stringify(metric).includes('audit_store_statements_total')),
  );
  return found.flatMap(({ values }) => values).reduce((sum, { value }) => sum + value, 0);
}

test('row 89: foreign elements of the queue are parked, held or stored, each alone, and the worker goes on', async () => {
  const good = buildEntries(20);
  for (const { raw } of HOSTILE_ENTRIES) await redis.redis.lpush('audit:queue', raw);
  await fleet.push(good);
  await using worker = fleet.start();
  await fleet.whenDrained();

  const letters = await readDeadLetters();
  const held = await redis.redis.llen('audit:hold');
  const stored = await fleet.rowCount();
  const distinct = new Set(HOSTILE_ENTRIES.map(({ raw }) => raw.toString('base64'))).size;
  expect(letters.length + held + stored).toBe(distinct + good.length);
  expect(held).toBe(1);
  expect(new Set(letters.map(({ reason }) => reason))).toEqual(
    new Set(['undecodable', 'missing_id', 'invalid_id', 'invalid_field']),
  );
  // What had no id is known by the hash of its bytes; what is not text keeps every byte.
  const notText = letters.find(
    ({ raw_base64: base64 }) => base64 === Buffer.from([0x7b, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x7d]).toString('base64'),
  );
  expect(notText).toMatchObject({ reason: 'undecodable', id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  expect(notText).not.toHaveProperty('raw');
  expect(letters.find(({ raw }) => raw === 'hello')).toMatchObject({
    reason: 'undecodable',
    attempts: 1,
    sqlstate: null,
  });
  expect(worker.child.exitCode).toBeNull();
});

test('row 89: an element far larger than an event is parked with its size, and the worker goes on', async () => {
  const bytes = 64 * 1024 * 1024;
  await redis.redis.lpush('audit:queue', Buffer.alloc(bytes, 'x'));
  const good = buildEntries(5);
  await fleet.push(good);
  await using worker = fleet.start();
  await fleet.whenDrained();
  expect(await fleet.rowCount()).toBe(5);
  expect(await readDeadLetters()).toMatchObject([{ reason: 'too_large', raw_bytes: bytes }]);
  expect(worker.child.exitCode).toBeNull();
});

test('row 90: one poison event among 1000 leaves 999 rows and one dead letter', async () => {
  const [before, poison, after] = [buildEntries(611), buildEntries(1, { user_id: 'poison' }), buildEntries(388)];
  await fleet.push([...before, ...poison, ...after]);
  await using _worker = fleet.start({ AUDIT_BATCH_SMALL: '1000', AUDIT_BATCH_MEDIUM: '1000' });
  await fleet.whenDrained();
  expect(await fleet.rowCount()).toBe(999);
  expect(await readDeadLetters()).toMatchObject([
    { id: poison[0]?.id, reason: 'rejected_by_postgres', sqlstate: '23514', attempts: 1, raw: poison[0]?.line },
  ]);
  const statements = await waitFor(readStatements);
  expect(statements).toBeGreaterThan(1);
  expect(statements).toBeLessThanOrEqual(12);
  expect((await fleet.queue.inspect()).conservationDifference).toBe(0);
});

test('row 90: NUL, lone surrogates, bad addresses, oversize values and depth are made storable and flagged', async () => {
  const bad = [
    { description: 'a\u0000b', metadata: { 'k\u0000': '\u0000' } },
    { description: 'a\ud800b', metadata: { text: '\udfff' } },
    { ip_address: '999.1.1.1' },
    { user_id: 'u'.repeat(3000), resource_id: 'r'.repeat(3000), event_type: 't'.repeat(3000) },
  ].flatMap((fields) => buildEntries(1, fields));
  const [flat] = buildEntries(1, { metadata: { deep: 'here' } });
  const deep = {
    id: flat?.id ?? '',
    line: flat?.line.replace('"here"', `${'['.repeat(5000)}${']'.repeat(5000)}`) ?? '',
  };
  const good = buildEntries(900);
  await fleet.push([...good.slice(0, 500), ...bad, deep, ...good.slice(500)]);
  await using _worker = fleet.start({ AUDIT_BATCH_SMALL: '1000', AUDIT_BATCH_MEDIUM: '1000' });
  await fleet.whenDrained();
  await fleet.expectStoredOnce([...good, ...bad, deep]);
  const { rows } = await database.pool.query<{ flags: number }>('select flags from audit_logs where flags <> 0');
  expect(rows).toHaveLength(bad.length + 1);
});

test('row 91: a thousand poison events make a thousand dead letters, and the worker lives', async () => {
  const poison = buildEntries(1000, { user_id: 'poison' });
  await fleet.push(poison);
  await using worker = await fleet.startReady({
    AUDIT_BATCH_SMALL: '1000',
    AUDIT_BATCH_MEDIUM: '1000',
    AUDIT_LEASE_MS: '10000',
  });
  await fleet.whenDrained(25_000);
  expect(await fleet.rowCount()).toBe(0);
  const letters = await readDeadLetters();
  expect(new Set(letters.map(({ id }) => id))).toEqual(new Set(poison.map(({ id }) => id)));
  expect(letters).toHaveLength(1000);
  const statements = await waitFor(readStatements);
  expect(statements).toBeGreaterThanOrEqual(1000);
  expect(statements).toBeLessThanOrEqual(2000);

  const good = buildEntries(10);
  await fleet.push(good);
  await fleet.whenDrained();
  await fleet.expectStoredOnce(good);
  expect(worker.child.exitCode).toBeNull();
});

test('row 92: a dead letter that is pushed again unchanged comes back once, and does not loop', async () => {
  const [poison] = buildEntries(1, { user_id: 'poison' });
  await fleet.push(poison === undefined ? [] : [poison]);
  await using _worker = fleet.start();
  const [letter] = await waitFor(async () => {
    const letters = await readDeadLetters();
    return letters.length === 1 ? letters : null;
  });
  await redis.redis
    .multi()
    .del('audit:failed', 'audit:failed:ids')
    .lpush('audit:queue', letter?.raw ?? '')
    .exec();
  await waitFor(async () => (await redis.redis.llen('audit:failed')) === 1);
  await fleet.whenDrained();
  expect(await readDeadLetters()).toMatchObject([{ id: poison?.id, reason: 'rejected_by_postgres' }]);
  expect(await redis.redis.llen('audit:queue')).toBe(0);
});

test('row 92: a dead letter that is redriven and still poison comes back with one attempt more, each time', async () => {
  const poison = buildEntries(1, { user_id: 'poison' });
  await fleet.push(poison);
  await using _worker = fleet.start();
  for (let attempts = 1; attempts <= 3; attempts += 1) {
    const line = await waitFor(() => redis.redis.lindex('audit:failed', 0));
    const { id, raw = '', ...letter } = DeadLetter.parse(JSON.parse(line));
    expect(letter).toMatchObject({ attempts, sqlstate: '23514' });
    expect(await fleet.queue.redrive({ id, line, entry: raw, lane: 'main', capacity: 10 })).toBe('redriven');
  }
});

test('row 93: a dead letter keeps markup as it was, inside one line of JSON', async () => {
  const markup = '<img src=x onerror=alert(1)>\r\n\u001b[31m\u202e</script>';
  const poison = buildEntries(1, { user_id: 'poison', description: markup });
  await fleet.push(poison);
  await redis.redis.lpush('audit:queue', markup);
  await using _worker = fleet.start();
  await fleet.whenDrained();
  const lines = await redis.redis.lrange('audit:failed', 0, -1);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
  const raws = (await readDeadLetters()).map(({ raw }) => raw);
  expect(raws).toEqual(expect.arrayContaining([markup, poison[0]?.line]));
});

test('row 94: a queue that somebody turned into another type is named, nothing is lost, and work goes on once it is gone', async () => {
  await redis.redis.set('audit:queue', 'tampered');
  await using worker = fleet.start();
  await worker.waitForLine((line) => line.json?.code === 'wrong_type');
  expect(await redis.redis.get('audit:queue')).toBe('tampered');
  await redis.redis.del('audit:queue');
  const entries = buildEntries(10);
  await fleet.push(entries);
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
});

test('row 94: an expiry that somebody set on the queue is named', async () => {
  const entries = buildEntries(1);
  await fleet.push(entries);
  await redis.redis.expire('audit:queue', 3600);
  await using worker = fleet.start();
  const line = await worker.waitForLine((each) => each.json?.code === 'expiring_key');
  expect(line.json?.level).toBe('error');
});
