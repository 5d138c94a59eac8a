/** Commands on a running system: the real program against real servers. */
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { createStore, findApiKey, hashApiKey } from '@auditlane/store';
import { buildRow, createTestDatabase, uuidAt, useDatabase, useRedis } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { runCli, toEnv } from './run-cli.ts';

const { url: redisUrl, redis } = await useRedis();
const { url: databaseUrl, pool } = await useDatabase();
const env = () => toEnv({ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl });

function lineOf(lines: readonly string[], start: RegExp): string {
  return lines.find((line) => start.test(line)) ?? `no line ${String(start)} in:\n${lines.join('\n')}`;
}

describe('status', () => {
  test('shows lanes, workers, sums and what was stored', async () => {
    const connection = connectRedis(redisUrl, { name: 'test' });
    const queue = createQueue(connection, toQueueKeys('audit:queue'));
    const entries = [1, 2, 3].map(() => JSON.stringify({ v: 1, id: uuidAt(Date.now() - 65_000) }));
    await queue.enqueue(entries, { lane: 'main', capacity: 100 });
    connection.disconnect();
    await createStore(pool, { writer: 'test' }).storeBatch([buildRow(), buildRow()]);

    const { code, out, err } = await runCli(['status'], env());
    expect(err).toEqual([]);
    expect(code).toBe(0);
    expect(lineOf(out, /^main lane/u)).toMatch(/3 {2}oldest waits 1 min/u);
    expect(lineOf(out, /^conservation/u)).toBe('conservation: every entry is accounted for');
    expect(lineOf(out, /^no worker runs/u)).toContain('npm start');
    expect(lineOf(out, /^stored in the last minute/u)).toMatch(/2 rows in 1 batch$/u);

    const asJson = await runCli(['status', '--json'], env());
    expect(asJson.json).toMatchObject({
      redis: { state: 'connected', main: { depth: 3 }, conservation_difference: 0, workers: [] },
      postgres: { state: 'connected' },
    });
    expect(asJson.out).toHaveLength(1);
  });

  test('leaves out workers that are gone for over a minute, and says how many', async () => {
    const counts = { batches: 0, rows: 0, duplicates: 0, batch_ms_total: 0, failed_attempts: 0, dead_letters: 0 };
    const build = (worker: string, ageMs: number, postgres: 'connected' | 'away') => {
      const at = new Date(Date.now() - ageMs).toISOString();
      const sizes = { batch_size: 100, slots: 2, rss_bytes: 1, loop_lag_ms: 0 };
      const window = { ...counts, seconds: 60 };
      const state = { state: 'running', postgres, version: '1.0.0' };
      return JSON.stringify({
        worker,
        pid: 1,
        host: 'h',
        started_at: at,
        at,
        window,
        totals: counts,
        ...sizes,
        ...state,
      });
    };
    const beats = { old: build('old', 3_600_000, 'connected'), here: build('here', 0, 'away') };
    await redis.hset('audit:workers', beats);
    const { out } = await runCli(['status'], env());
    expect(lineOf(out, /^here/u)).toMatch(/^here +no Postgres /u);
    expect(lineOf(out, /^1 worker gone/u)).toBe('1 worker gone for over a minute: --json has them');
    expect(out.filter((line) => line.startsWith('old'))).toEqual([]);
    await redis.del('audit:workers');
  });

  test('says how many entries are missing when somebody removed some', async () => {
    await redis.hset('audit:stats', 'enqueued', 5);
    const { out } = await runCli(['status'], env());
    expect(lineOf(out, /^conservation/u)).toContain('5 entries missing');
  });

  test('shows one server while the other one is away, without its password, and exits 1', async () => {
    const away = { REDIS_URL: 'redis://:topsecret@127.0.0.1:1', DATABASE_URL: databaseUrl };
    const { code, out } = await runCli(['status'], toEnv(away));
    expect(code).toBe(1);
    expect(lineOf(out, /^Redis/u)).toMatch(/cannot be reached \(.*ECONNREFUSED.*\): start it, or correct REDIS_URL/u);
    expect(lineOf(out, /^stored in the last minute/u)).toContain('row');
    expect(out.join('\n')).not.toContain('topsecret');
  });
});

describe('doctor', () => {
  test('a system without workers fails, and each line says ok, warn or fail', async () => {
    const { code, out } = await runCli(['doctor'], env());
    expect(code).toBe(1);
    const findings = out.slice(0, -2);
    expect(findings.filter((line) => !/^(?:ok|warn|fail) {2,4}\S/u.test(line))).toEqual([]);
    expect(findings.filter((line) => line.startsWith('fail')).map((line) => line.slice(6, 13))).toEqual(['workers']);
    expect(lineOf(out, /^ok +migrations/u)).toContain('as this release needs');
    expect(lineOf(out, /^ok +catalog and rights/u)).toContain('primary key');
    expect(out.at(-1)).toMatch(/^1 failure, \d+ warnings?, \d+ ok$/u);
  });

  test('finds an eviction policy, a key that expires and a missing primary key', async () => {
    await using database = await createTestDatabase();
    await database.pool.query('alter table audit_logs drop constraint audit_logs_pkey cascade');
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await redis.set('audit:epoch', 'x', 'EX', 1000);
    try {
      const { code, json } = await runCli(
        ['doctor', '--json'],
        toEnv({ REDIS_URL: redisUrl, DATABASE_URL: database.url }),
      );
      expect(code).toBe(1);
      expect(json).toMatchObject({
        findings: expect.arrayContaining([
          {
            check: 'redis eviction',
            level: 'fail',
            message: expect.stringContaining('set maxmemory-policy noeviction'),
          },
          { check: 'redis keys', level: 'fail', message: expect.stringContaining('PERSIST audit:epoch') },
          { check: 'catalog and rights', level: 'fail', message: expect.stringContaining('no primary key') },
        ]),
      });
    } finally {
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  test('both servers away are two failures and no stack', async () => {
    const away = { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x' };
    const { code, out, err } = await runCli(['doctor'], toEnv(away));
    expect({ code, err }).toEqual({ code: 1, err: [] });
    expect(out.filter((line) => line.startsWith('fail'))).toHaveLength(2);
  });

  test('a database without the schema is told to be migrated', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const { out } = await runCli(['doctor'], toEnv({ REDIS_URL: redisUrl, DATABASE_URL: database.url }));
    expect(lineOf(out, /^fail +migrations/u)).toContain('npx auditlane migrate');
  });

  test('--after-restore raises the generation, stores who did it, and the next batch carries it', async () => {
    await using database = await createTestDatabase();
    const store = createStore(database.pool, { writer: 'test' });
    await store.storeBatch([buildRow()]);
    const given = toEnv({ REDIS_URL: redisUrl, DATABASE_URL: database.url });
    const { out } = await runCli(['doctor', '--after-restore'], given);
    expect(lineOf(out, /^ok +after restore/u)).toContain('generation 2');
    await store.storeBatch([buildRow()]);
    const batches = await database.pool.query('select generation from audit_batches order by xid');
    expect(batches.rows).toEqual([{ generation: 1 }, { generation: 2 }, { generation: 2 }]);
    const history = await runCli(['history', 'configuration', 'ledger', '--json'], given);
    expect(history.json).toMatchObject({
      events: [{ metadata: { before: { generation: 1 }, after: { generation: 2 } }, user_id: expect.any(String) }],
    });
  });
});

describe('migrate', () => {
  test('names what is missing, brings it, and has nothing to do the second time', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const given = toEnv({ REDIS_URL: redisUrl, DATABASE_URL: database.url });
    const before = await runCli(['migrate', '--check'], given);
    expect(before.code).toBe(1);
    expect(lineOf(before.out, /0001/u)).toBe('  0001_id_time.sql');
    const done = await runCli(['migrate'], given);
    expect(done.code).toBe(0);
    expect(done.out.at(-1)).toMatch(/^done \(\d+ migrations, \d+ new partitions\): the database is at migration \d+$/u);
    const after = await runCli(['migrate', '--check', '--json'], given);
    expect(after).toMatchObject({ code: 0, json: { pending: [] } });
    expect((await runCli(['migrate'], given)).out).toEqual([
      expect.stringMatching(/^nothing to do: the database is at migration \d+$/u),
    ]);
  });
});

describe('keys', () => {
  test('a key is shown once, works, is listed and revoked, and each step is in its history', async () => {
    const made = await runCli(['keys', 'create', 'of the shop', '--scopes', 'ingest,read', '--expires', '30d'], env());
    expect(made.code).toBe(0);
    expect(made.out).toEqual([expect.stringMatching(/^al_[\w-]{43}$/u)]);
    const stored = await findApiKey(pool, hashApiKey(made.out[0] ?? ''));
    expect(stored).toMatchObject({ name: 'of the shop', scopes: ['ingest', 'read'], revokedAt: null });
    const id = stored?.id ?? '';

    const listed = await runCli(['keys', 'list'], env());
    expect(lineOf(listed.out, /of the shop/u)).toMatch(/ingest,read +works until \d{4}-/u);
    expect(listed.out.join('\n')).not.toContain(made.out[0]);

    const unasked = await runCli(['keys', 'revoke', id.slice(0, 13)], env());
    expect(unasked.code).toBe(2);
    expect(unasked.err[0]).toContain('add --yes');
    expect((await findApiKey(pool, stored?.keyHash ?? ''))?.revokedAt).toBeNull();

    expect((await runCli(['keys', 'revoke', id, '--yes'], env())).code).toBe(0);
    expect((await findApiKey(pool, stored?.keyHash ?? ''))?.revokedAt).not.toBeNull();
    const again = await runCli(['keys', 'revoke', id, '--yes'], env());
    expect({ code: again.code, err: again.err[0] }).toEqual({
      code: 1,
      err: expect.stringContaining('this key was revoked at'),
    });

    const history = await runCli(['history', 'api_key', id, '--json'], env());
    expect(history.json).toMatchObject({
      events: [
        { event_type: 'audit.key.revoked', metadata: { before: { is_revoked: false }, after: { is_revoked: true } } },
        { event_type: 'audit.key.created', metadata: { before: null, after: { scopes: ['ingest', 'read'] } } },
      ],
      next: null,
    });
  });

  test.each([
    [['keys', 'create', 'x'], '--scopes is missing'],
    [['keys', 'create', 'x', '--scopes', 'root'], '--scopes must be a comma-separated list of ingest'],
    [['keys', 'create', 'x', '--scopes', 'read', '--expires', '2001-01-01'], '--expires must be a time to come'],
    [['keys', 'create', 'x\u001b[2J', '--scopes', 'read'], '<name> must not contain control characters'],
    [['keys', 'revoke', 'seven'], '<id> must be an id such as'],
  ])('%j is wrong usage and makes nothing', async (args, message) => {
    const { code, out, err } = await runCli(args, env());
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err.join('\n')).toContain(message);
  });

  test('addresses printed for applications do, though they ask for the role of writers', async () => {
    const url = `${databaseUrl}?options=-c%20role%3Daudit_writer`;
    const { code } = await runCli(['keys', 'list'], toEnv({ REDIS_URL: redisUrl, DATABASE_URL: url }));
    expect(code).toBe(0);
  });
});

describe('history', () => {
  test('pages from the newest event to the oldest by the command that each page names', async () => {
    const start = Date.now() - 60_000;
    const ids = Array.from({ length: 5 }, (_, index) => uuidAt(start + index * 1000));
    const thing = { resource_type: 'account', resource_id: "it's mine" };
    await createStore(pool, { writer: 'test' }).storeBatch(ids.map((id) => buildRow({ id, ...thing })));
    const found: string[] = [];
    let args = ['history', 'account', "it's mine", '--limit', '2'];
    for (let pages = 0; pages < 3; pages += 1) {
      const { code, out } = await runCli(args, env());
      expect(code).toBe(0);
      found.push(...out.flatMap((line) => /^ {2}id +(\S+)$/u.exec(line)?.[1] ?? []));
      const next = /--before (\S+)$/u.exec(out.at(-1) ?? '')?.[1];
      if (next !== undefined) args = ['history', 'account', "it's mine", '--limit', '2', '--before', next];
    }
    expect(found).toEqual(ids.toReversed());
  });

  test('tells of no event from before --since, on no page', async () => {
    const hours = [3, 2, 1, 0.5].map((ago) => Date.now() - ago * 3_600_000);
    const thing = { resource_type: 'account', resource_id: 'since' };
    const ids = hours.map((ms) => uuidAt(ms));
    await createStore(pool, { writer: 'test' }).storeBatch(ids.map((id) => buildRow({ id, ...thing })));
    const first = await runCli(['history', 'account', 'since', '--limit', '2', '--since', '150m'], env());
    expect(first.code).toBe(2);
    const page = await runCli(['history', 'account', 'since', '--limit', '2', '--since', '2h'], env());
    expect(page.out.at(-1)).toContain('no more: 2 events');
    const begun = await runCli(['history', 'account', 'since', '--limit', '1', '--since', '2h'], env());
    const bound = /--limit 1 (--since \S+ --before \S+)$/u.exec(begun.out.at(-1) ?? '')?.[1] ?? '';
    const rest = await runCli(['history', 'account', 'since', '--json', ...bound.split(' ')], env());
    expect(rest.json).toMatchObject({ events: [{ id: ids[2] }], next: null });
  });
});
