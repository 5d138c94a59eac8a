import { join } from 'node:path';
import { createStore, forgetStoredDeadLetters } from '@auditlane/store';
import { decodeEntry, type EventRow } from '@auditlane/schema';
import { spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { moveOverflow } from '../src/index.ts';
import { ANN, buildLetters, KEYS, openDesk, park, takeAll, type Desk } from './support/letters.ts';

const { url, redis } = await useRedis();
const { pool, url: databaseUrl } = await useDatabase();
const PROGRAM = join(import.meta.dirname, 'programs/redrive.ts');
const DEADLINE_MS = 120_000;
const PORTION = 100;
const ROUNDS = 4;

const move = ({ queue }: Desk, maxLength: number) =>
  moveOverflow({ queue, pool, maxLength, maxBytes: Infinity, now: () => new Date() });
const idsIn = async (table: string): Promise<readonly string[]> =>
  (await pool.query(`select id::text as id from ${table}`)).rows.map((row) => String(row['id']));

function toRow(entry: string): EventRow {
  const decoded = decodeEntry(entry);
  if (decoded.kind !== 'event') throw new Error(decoded.kind);
  return decoded.row;
}

test(
  'an operator that is killed anywhere loses no letter; what it pushed and could not delete goes once it is stored',
  async () => {
    const desk = openDesk(url, pool);
    const built = buildLetters(1500);
    await park(desk.queue, built);
    await move(desk, 500);
    const queued: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await using operator = spawnProcess(PROGRAM, { args: [url, databaseUrl] });
      await operator.waitForLine('redriving');
      const goal = Math.min(round * 300, 1200);
      await waitFor(async () => queued.length + (await redis.llen(KEYS.queue)) >= goal, { deadlineMs: 30_000 });
      await operator.kill();
      queued.push(...(await takeAll(desk.queue)));
    }
    const pushed = new Set(queued.map((entry) => toRow(entry).id));
    const inTable = await idsIn('audit_dead_letters');
    const inList = new Set((await redis.smembers(KEYS.failedIds)).filter((id) => pushed.has(id)));
    expect(inList.size, 'a letter of the list goes in one step').toBe(0);
    expect(inTable.filter((id) => pushed.has(id)).length).toBeLessThanOrEqual(PORTION);
    await createStore(pool, { writer: 'w' }).storeBatch(
      [...pushed].map((id) => toRow(built.find((each) => each.id === id)?.raw.toString() ?? '')),
    );
    await pool.query("update audit_dead_letters set redriven_at = redriven_at - interval '2 minutes'");
    await forgetStoredDeadLetters(pool);
    await desk.letters.redrive({ all: true }, ANN);
    const rest = (await takeAll(desk.queue)).map((entry) => toRow(entry).id);
    expect([...pushed, ...rest].toSorted()).toEqual(built.map(({ id }) => id).toSorted());
    expect(await desk.letters.count()).toBe(0);
    expect((await desk.queue.inspect()).conservationDifference).toBe(0);
  },
  DEADLINE_MS,
);

test(
  'row 92: with a real worker, poison comes back with attempts + 1, and what was mended is stored',
  async () => {
    const desk = openDesk(url, pool);
    const env = { REDIS_URL: url, DATABASE_URL: databaseUrl, AUDIT_LEASE_MS: '5000' };
    await using worker = spawnProcess('apps/worker/src/main.ts', { env });
    const poison =
      '{"v":1,"id":"019a9d5e-6c00-7abc-8def-0123456789ab","event_type":7,"event_category":"info","n":3,"producer":"p"}';
    const nameless = '{"event_type":"a.nameless","event_category":"info"}';
    await desk.queue.enqueue([poison, nameless], { lane: 'main', capacity: 10 });
    const parked = async (count: number, attempts: number) => {
      const { letters } = await desk.letters.list();
      return letters.length === count && letters.every((letter) => letter.attempts >= attempts) ? letters : undefined;
    };
    const letters = await waitFor(() => parked(2, 1), { deadlineMs: 30_000 });
    const first = letters.find(({ reason }) => reason === 'invalid_field');
    const id = first?.id ?? '';
    expect(letters.map(({ reason }) => reason).toSorted()).toEqual(['invalid_field', 'missing_id']);

    await desk.letters.redrive({ all: true }, ANN);
    const [again] = await waitFor(() => parked(1, 2), { deadlineMs: 30_000 });
    expect(again).toMatchObject({ id, attempts: 2, place: 'list', firstAt: first?.firstAt });
    expect(again?.lastAt?.getTime()).toBeGreaterThan(first?.lastAt?.getTime() ?? Infinity);
    await move(desk, 0);
    await desk.letters.redrive({ ids: [id] }, ANN);
    expect(await waitFor(() => parked(1, 3), { deadlineMs: 30_000 })).toMatchObject([
      { id, attempts: 3, firstAt: first?.firstAt },
    ]);

    const entry = { event_type: 'a.mended', event_category: 'info' };
    expect(await desk.letters.edit(id, entry, ANN)).toMatchObject({ outcome: 'redriven', eventId: id });
    const stored = await waitFor(
      async () => {
        const { rows } = await pool.query("select * from audit_logs where event_type like 'a.%' order by event_type");
        return rows.length === 2 ? rows : undefined;
      },
      { deadlineMs: 30_000 },
    );
    expect(stored).toMatchObject([
      { id, event_type: 'a.mended', producer_id: 'p', producer_seq: '3' },
      { event_type: 'a.nameless' },
    ]);
    expect(stored[0]?.['metadata']).toMatchObject({ _auditlane: { edited_from: { letter: id, by: 'ann' } } });
    expect(await desk.letters.count()).toBe(0);
    await waitFor(async () => (await desk.queue.inspect()).conservationDifference === 0);
    await worker.stop();
  },
  DEADLINE_MS,
);
