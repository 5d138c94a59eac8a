import { startTestPostgres, useDatabase } from '@auditlane/testkit';
import { expect, it } from 'vitest';

import {
  createPool,
  keepNotingSettings,
  migrate,
  noteSettings,
  observe,
  readObservation,
  toOwnRow,
} from '../src/index.ts';

const database = await useDatabase();
const { pool } = database;

async function changes(process: string): Promise<readonly unknown[]> {
  const answer = await pool.query<Record<string, unknown>>(
    `select source, metadata from audit_logs where event_type = 'audit.configuration.changed' and resource_id = $1 order by id`,
    [process],
  );
  return answer.rows;
}

it('a process that starts with other settings leaves an event with what was before and after; the first one none', async () => {
  expect(await noteSettings(pool, 'p1', { A: 1, B: 'x', GONE: true })).toEqual([]);
  expect(await noteSettings(pool, 'p1', { B: 'x', A: 1, GONE: true })).toEqual([]);
  expect(await noteSettings(pool, 'p1', { A: 2, B: 'x', NEW: ['a', 'b'] })).toEqual(['A', 'GONE', 'NEW']);
  expect(await changes('p1')).toEqual([
    {
      source: 'auditlane',
      metadata: { before: { A: 1, GONE: true, NEW: null }, after: { A: 2, GONE: null, NEW: ['a', 'b'] } },
    },
  ]);
});

it('several that start at once with the same new settings leave one event', async () => {
  await noteSettings(pool, 'p2', { A: 1 });
  await Promise.all([1, 2, 3, 4].map(() => noteSettings(pool, 'p2', { A: 2 })));
  expect(await changes('p2')).toHaveLength(1);
});

it('the rights of audit_writer are enough, and do not let it read or write what was noted otherwise', async () => {
  const writer = createPool(database.url, { applicationName: 'test', role: 'audit_writer', max: 1 });
  await noteSettings(writer, 'p3', { A: 1 });
  expect(await noteSettings(writer, 'p3', { A: 2 })).toEqual(['A']);
  await expect(writer.query('select * from audit_observations')).rejects.toMatchObject({ code: '42501' });
  await expect(writer.query('update audit_producers set lost = default')).rejects.toMatchObject({ code: '42501' });
  await writer.end();
});

it('what is compared is stored with its event or not at all, and told once', async () => {
  const event = () =>
    toOwnRow({
      eventType: 'audit.incarnation.changed',
      resourceId: 'q',
      process: 'test',
      description: 'x',
      metadata: { before: null, after: 1 },
    });
  const row = event();
  const look = () => observe(pool, 'thing', (before) => (before === null ? { value: { n: 1 }, events: [row] } : null));
  expect((await Promise.all([look(), look(), look()])).filter(Boolean)).toHaveLength(1);
  expect(await readObservation(pool, 'thing')).toMatchObject({ value: { n: 1 } });
  expect(await readObservation(pool, 'nothing')).toBeNull();
  await expect(
    observe(pool, 'thing', () => ({ value: { n: 2 }, events: [{ ...event(), severity: 'info', id: 'no id' }] })),
  ).rejects.toMatchObject({ sqlstate: '22P02' });
  expect(await readObservation(pool, 'thing')).toMatchObject({ value: { n: 1 } });
});

it('settings are noted when Postgres is there again', async () => {
  await using server = await startTestPostgres();
  await migrate(server.url);
  await server.kill();
  const own = createPool(server.url, { applicationName: 'test', connectTimeoutMs: 500, max: 1 });
  const { signal } = new AbortController();
  let failures = 0;
  const noted = keepNotingSettings(own, {
    process: 'p',
    settings: { A: 1 },
    signal,
    retryMs: 20,
    onError: () => void (failures += 1),
  });
  await expect.poll(() => failures, { timeout: 10_000 }).toBeGreaterThan(0);
  await server.restart();
  expect(await noted).toEqual([]);
  expect(await readObservation(own, 'settings:p')).toMatchObject({ value: { A: 1 } });
  await own.end();
});
