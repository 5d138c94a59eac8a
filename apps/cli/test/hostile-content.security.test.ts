/** Row 19: what strangers wrote is shown to an operator, in a terminal, at night. */
import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import { createStore } from '@auditlane/store';
import { buildRow, HOSTILE_TEXTS, uuidAt, useDatabase, useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { runCli, toEnv, type CliResult } from './run-cli.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const env = () => toEnv({ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl });

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
/** Postgres keeps neither U+0000 nor half a character; the client replaces them. */
const STORABLE = Object.entries(HOSTILE_TEXTS).filter(([, text]) => text.isWellFormed() && !text.includes('\0'));

function expectHarmless({ out, err }: CliResult): void {
  expect([...out, ...err].filter((line) => OBEYED.test(line))).toEqual([]);
}

test('row 19: no stored text of any kind reaches the terminal as more than text', async () => {
  const resource = { resource_type: 'thing', resource_id: 'hostile' };
  const rows = STORABLE.map(([name, text]) =>
    buildRow({
      ...resource,
      user_id: text,
      description: text,
      service_name: text,
      host: text,
      user_agent: text,
      metadata: JSON.stringify({ before: text, after: { [text]: text }, [text]: [text], name }),
    }),
  );
  await createStore(pool, { writer: 'test' }).storeBatch(rows);
  const shown = await runCli(['history', 'thing', 'hostile', '--limit', '1000'], env());
  expect(shown.code).toBe(0);
  expectHarmless(shown);
  expect(shown.out.filter((line) => /^ {2}id /u.test(line))).toHaveLength(rows.length);
  // A line break inside a text begins no line of its own.
  expect(shown.out.filter((line) => line.startsWith('{"level":60'))).toEqual([]);

  const asJson = await runCli(['history', 'thing', 'hostile', '--limit', '1000', '--json'], env());
  expectHarmless(asJson);
  const { events } = Object(asJson.json);
  const texts = new Set(events.map((event: { readonly description: string }) => event.description));
  expect(texts).toEqual(new Set(STORABLE.map(([, text]) => text)));
});

test('row 19: what was typed or kept under a hostile name comes back as text, in errors too', async () => {
  const hostile = HOSTILE_TEXTS.ansiEscapes;
  for (const args of [
    [hostile],
    ['history', hostile, hostile],
    ['failed', 'show', hostile],
    ['status', `--${hostile}`],
  ]) {
    expectHarmless(await runCli(args, env()));
  }
});

test('row 19: dead letters, and lines that somebody else pushed, are shown as text', async () => {
  const at = new Date();
  const id = uuidAt(Date.now());
  const raw = JSON.stringify({ event_type: '\u001b[2J', user_id: HOSTILE_TEXTS.bidiOverride, '\u009b31m': 'x' });
  const detail = HOSTILE_TEXTS.forgedLogLine;
  const worker = HOSTILE_TEXTS.ansiEscapes;
  const letter = toDeadLetter({
    raw,
    id,
    reason: 'invalid_field',
    detail,
    attempts: 1,
    firstAt: at,
    lastAt: at,
    worker,
  });
  await redis.lpush(
    'audit:failed',
    encodeDeadLetter(letter),
    HOSTILE_TEXTS.everyControl,
    Buffer.from([0x1b, 0x5b, 0xff, 0x9b]),
  );
  const listed = await runCli(['failed', 'list'], env());
  expect(listed.code).toBe(0);
  expectHarmless(listed);
  const { letters } = Object((await runCli(['failed', 'list', '--json'], env())).json);
  expect(letters).toHaveLength(3);
  for (const { id: letterId } of letters) {
    expectHarmless(await runCli(['failed', 'show', letterId], env()));
    expectHarmless(await runCli(['failed', 'show', letterId, '--json'], env()));
  }
});

test('row 19: an entry that is taken out for editing is harmless, and its JSON is the same', async () => {
  const at = new Date();
  const id = uuidAt(Date.now());
  const entry = { event_type: '\u001b[2J', user_id: HOSTILE_TEXTS.bidiOverride, '\u009b31m': 'x' };
  const facts = { raw: JSON.stringify(entry), id, reason: 'invalid_field', detail: 'x', attempts: 1 } as const;
  await redis.lpush('audit:failed', encodeDeadLetter(toDeadLetter({ ...facts, firstAt: at, lastAt: at, worker: 'w' })));
  const shown = await runCli(['failed', 'show', id, '--entry'], env());
  expectHarmless(shown);
  expect(JSON.parse(shown.out.join('\n'))).toEqual(entry);
});

test('row 19: a worker with a hostile name does not change the table of the fleet', async () => {
  const counts = { batches: 0, rows: 0, duplicates: 0, batch_ms_total: 0, failed_attempts: 0, dead_letters: 0 };
  const at = new Date().toISOString();
  const beat = {
    worker: `w\u001b[2K\r${HOSTILE_TEXTS.bidiOverride}`,
    pid: 1,
    host: 'h',
    started_at: at,
    at,
    state: 'running',
    batch_size: 100,
    slots: 2,
    window: { ...counts, seconds: 60 },
    totals: counts,
    rss_bytes: 1,
    loop_lag_ms: 0,
    postgres: 'connected',
    version: '\u009b2J',
  };
  await redis.hset('audit:workers', 'w', JSON.stringify(beat));
  for (const command of ['status', 'doctor']) {
    const shown = await runCli([command], env());
    expectHarmless(shown);
    expect(shown.out.join('\n')).toContain('1 worker at work');
  }
});
