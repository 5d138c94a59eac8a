/** Dead letters by the command line, on real servers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeDeadLetter, toDeadLetter, type DeadLetterReason } from '@auditlane/schema';
import { createStore } from '@auditlane/store';
import { buildRow, makeRunDir, uuidAt, useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runCli, toEnv } from './run-cli.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
/** Some JSON object. */
const MANIFEST = new URL('../package.json', import.meta.url).pathname;
const env = () => toEnv({ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl });

beforeEach(async () => {
  await pool.query('delete from audit_dead_letters');
});

/** Parks an event as a worker does. */
async function park(reason: DeadLetterReason = 'rejected_by_postgres', text = ''): Promise<string> {
  const id = uuidAt(Date.now());
  const raw = JSON.stringify({
    v: 1,
    id,
    event_type: 'order.placed',
    event_category: 'info',
    metadata: { n: 1 },
    description: text,
  });
  const at = new Date();
  const facts = { raw, id, reason, detail: 'value too long', sqlstate: '22001', attempts: 3 };
  const line = encodeDeadLetter(toDeadLetter({ ...facts, firstAt: at, lastAt: at, worker: 'w-1' }));
  await redis.lpush('audit:failed', line);
  await redis.sadd('audit:failed:ids', id);
  return id;
}

async function eventsOf(type: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await pool.query<Record<string, unknown>>(
    'select user_id, resource_id, metadata from audit_logs where event_type = $1 order by id',
    [type],
  );
  return answer.rows;
}

describe('failed list and show', () => {
  test('a dead letter is listed with its reason and shown with its event', async () => {
    const id = await park();
    const listed = await runCli(['failed', 'list'], env());
    expect(listed.code).toBe(0);
    expect(listed.out[1]).toMatch(
      new RegExp(`^${id} .* 3 +order\\.placed +rejected_by_postgres +22001 value too long$`, 'u'),
    );
    const shown = await runCli(['failed', 'show', id], env());
    expect(shown.out.join('\n')).toMatch(
      /reason +rejected_by_postgres \(SQLSTATE 22001\)\n.*\ntried +3 times, last by w-1/u,
    );
    expect((await runCli(['failed', 'show', id, '--json'], env())).json).toMatchObject({
      id,
      attempts: 3,
      entry: { event_type: 'order.placed', metadata: { n: 1 } },
    });
  });

  test('with a reason, the number is of that reason', async () => {
    await park();
    await park('undecodable');
    const { out } = await runCli(['failed', 'list', '--reason', 'undecodable'], env());
    expect(out.at(-1)).toMatch(/^1 dead letter of reason undecodable, 2 in all; /u);
  });

  test('of a large entry the beginning is shown, how much is left, and where all of it is', async () => {
    const id = await park('too_large', 'x'.repeat(100_000));
    const { out } = await runCli(['failed', 'show', id], env());
    expect(out.join('\n').length).toBeLessThan(5000);
    expect(out.at(-1)).toMatch(new RegExp(`^… 96,\\d{3} bytes more: npx auditlane failed show ${id} --json$`, 'u'));
    const { json } = await runCli(['failed', 'show', id, '--json'], env());
    expect(JSON.stringify(json).length).toBeGreaterThan(100_000);
  });

  test('the beginning of an id does, unless several begin so', async () => {
    const ids = [await park(), await park()];
    const [id = ''] = ids;
    expect((await runCli(['failed', 'show', id.slice(0, 23)], env())).out[0]).toBe(`id        ${id}`);
    const { code, err } = await runCli(['failed', 'show', id.slice(0, 8)], env());
    expect({ code, err: err[0] }).toEqual({ code: 1, err: expect.stringContaining('2 dead letters have ids') });
  });

  test('none is said so, and an unknown one exits 1 with the command that lists them', async () => {
    expect((await runCli(['failed', 'list'], env())).out).toEqual(['no dead letters']);
    const absent = 'auditlane: no dead letter has the id nope: npx auditlane failed list';
    for (const [verb = '', ...rest] of [['show'], ['redrive'], ['purge', '--yes'], ['edit', MANIFEST]]) {
      const { code, err } = await runCli(['failed', verb, 'nope', ...rest], env());
      expect({ verb, code, err }).toEqual({ verb, code: 1, err: [absent] });
    }
  });

  test('pages lead from the newest to the oldest', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await park());
    const found: unknown[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? [] : ['--cursor', cursor];
      const { json } = await runCli(['failed', 'list', '--limit', '2', '--json', ...more], env());
      const { letters, next } = Object(json);
      found.push(...letters.map((letter: { readonly id: string }) => letter.id));
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(ids.toReversed());
    const foreign = await runCli(['failed', 'list', '--cursor', 'nonsense'], env());
    expect({ code: foreign.code, err: foreign.err[0] }).toEqual({ code: 2, err: expect.stringContaining('--cursor') });
  });
});

describe('failed redrive', () => {
  test('puts them back into the queue, and an event tells who did it before and after', async () => {
    const ids = [await park(), await park('too_large')];
    const done = await runCli(['failed', 'redrive', '--reason', 'rejected_by_postgres', '--yes'], env());
    expect(done).toMatchObject({ code: 0, out: ['1 dead letter redriven'] });
    expect(await redis.lrange('audit:queue', 0, -1)).toEqual([expect.stringContaining(ids[0] ?? '')]);
    expect(await redis.llen('audit:failed')).toBe(1);
    const told = await eventsOf('audit.dead_letters.redriven');
    expect(told.slice(-2)).toMatchObject([
      { user_id: expect.any(String), metadata: { phase: 'intent', via: 'cli' } },
      { metadata: { phase: 'outcome' } },
    ]);
  });

  test('exits 1 and says why when some stay', async () => {
    const id = await park();
    const { code, out } = await runCli(['failed', 'redrive', id.slice(0, 18), 'gone'], env());
    expect(code).toBe(1);
    expect(out).toEqual([
      '1 dead letter redriven',
      '1 without a dead letter: mistyped, or redriven or purged before',
      expect.stringMatching(/^its events: npx auditlane history dead_letter [\da-f-]{36}$/u),
    ]);
  });
});

describe('failed edit', () => {
  test('puts another entry back under the same id and keeps the original', async () => {
    const id = await park();
    const dir = makeRunDir();
    onTestFinished(() => dir.remove());
    const file = join(dir.path, 'entry.json');
    writeFileSync(file, JSON.stringify({ event_type: 'order.mended', event_category: 'info' }));
    const { code, out } = await runCli(['failed', 'edit', id, file], env());
    expect({ code, out }).toEqual({ code: 0, out: [`redriven as edited: the event ${id}`] });
    const [entry = ''] = await redis.lrange('audit:queue', 0, -1);
    expect(JSON.parse(entry)).toMatchObject({
      id,
      event_type: 'order.mended',
      metadata: { _auditlane: { edited_from: { letter: id } } },
    });
    // Whoever did not see the answer types it again.
    const again = await runCli(['failed', 'edit', id, file], env());
    expect(again.err[0]).toMatch(new RegExp(`no dead letter has the id ${id} any more: .+ edited it, 20.+Z: npx`, 'u'));
    expect(await redis.llen('audit:queue')).toBe(1);
  });

  test('leaves the original to be shown when the letter is gone, with what became of the event', async () => {
    const id = await park();
    const dir = makeRunDir();
    onTestFinished(() => dir.remove());
    const file = join(dir.path, 'entry.json');
    writeFileSync(file, JSON.stringify({ event_type: 'order.mended', event_category: 'info' }));
    expect(await runCli(['failed', 'edit', id, file], env())).toMatchObject({ code: 0 });
    const waiting = await runCli(['failed', 'show', id], env());
    expect(waiting.code).toBe(0);
    expect(waiting.out[1]).toBe(
      `now       edited, not stored so far: the event ${id}; npx auditlane history dead_letter ${id} tells all that was done`,
    );
    expect(waiting.out.join('\n')).toMatch(/kept +in the table audit_dead_letter_originals.*\nedited .* by /u);
    expect(waiting.out.join('\n')).toContain('"event_type": "order.placed"');
    await createStore(pool, { writer: 'test' }).storeBatch([buildRow({ id, event_type: 'order.mended' })]);
    expect((await runCli(['failed', 'show', id], env())).out[1]).toBe(
      `now       edited and stored, as the event ${id}`,
    );
    expect((await runCli(['failed', 'show', id, '--json'], env())).json).toMatchObject({
      place: 'originals',
      entry: { event_type: 'order.placed' },
      event_id: id,
      is_stored: true,
    });
  });

  test('a file without an end is read as far as an entry may go', async () => {
    const { code, err } = await runCli(['failed', 'edit', await park(), '/dev/zero'], env());
    expect({ code, err: err[0] }).toEqual({ code: 2, err: 'auditlane: /dev/zero must hold one JSON object' });
  });

  test.each([
    ['{}', 1, 'a worker would refuse this entry again'],
    ['[]', 2, 'must hold one JSON object'],
    ['not json', 2, 'must hold one JSON object'],
  ])('refuses %j and leaves the letter where it is', async (content, code, message) => {
    const id = await park();
    const dir = makeRunDir();
    onTestFinished(() => dir.remove());
    const file = join(dir.path, 'entry.json');
    writeFileSync(file, content);
    const result = await runCli(['failed', 'edit', id, file], env());
    expect({ code: result.code, err: result.err[0] }).toEqual({ code, err: expect.stringContaining(message) });
    expect(await redis.llen('audit:failed')).toBe(1);
  });
});

describe('failed purge', () => {
  test('deletes nothing where nobody can be asked, and deletes with --yes, which the log tells', async () => {
    const ids = [await park(), await park(), await park()];
    const unasked = await runCli(['failed', 'purge', '--all'], env());
    expect({ code: unasked.code, err: unasked.err[0] }).toEqual({
      code: 2,
      err: expect.stringContaining('Delete all dead letters (3) for good?'),
    });
    expect(await redis.llen('audit:failed')).toBe(3);

    const one = await runCli(['failed', 'purge', ids[0] ?? '', '--yes'], env());
    expect(one).toMatchObject({ code: 0, out: ['1 dead letter purged'] });
    const rest = await runCli(['failed', 'purge', '--all', '--yes', '--json'], env());
    expect(rest).toMatchObject({ code: 0, json: { selected: 2, outcomes: { purged: 2, absent: 0 } } });
    expect(await redis.llen('audit:failed')).toBe(0);
    expect(JSON.stringify(await eventsOf('audit.dead_letters.purged'))).toContain(ids[0]);
  });

  test('of several is in the history of each, and the command that shows it whole is printed', async () => {
    const ids = [await park(), await park()];
    const { out } = await runCli(['failed', 'purge', '--all', '--yes'], env());
    expect(out).toEqual(['2 dead letters purged', expect.stringMatching(/^its events: npx auditlane history /u)]);
    const action = out[1]?.split(' ').at(-1) ?? '';
    for (const id of [...ids, action]) {
      const { json } = await runCli(['history', 'dead_letter', id, '--json'], env());
      expect({ id, json }).toMatchObject({
        json: {
          events: [
            {
              event_type: 'audit.dead_letters.purged',
              metadata: { phase: 'outcome', outcomes: { purged: expect.arrayContaining(ids) } },
            },
            {
              event_type: 'audit.dead_letters.purged',
              metadata: { phase: 'intent', ids: expect.arrayContaining(ids) },
            },
          ],
        },
      });
    }
  });
});
