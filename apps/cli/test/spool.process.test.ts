/** The spool of an application that never comes back. */
import { connectRedis } from '@auditlane/queue';
import { createStore } from '@auditlane/store';
import { buildRow, makeRunDir, spawnProcess, startTestRedis, useDatabase } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, toEnv } from './run-cli.ts';
import { AUTHORITY_FILE, startTlsProxy } from './tls-proxy.ts';

const APPLICATION = new URL('./programs/spool-and-die.ts', import.meta.url).pathname;
const { url: databaseUrl, pool } = await useDatabase();

function makeFolder(): string {
  const dir = makeRunDir();
  onTestFinished(() => dir.remove());
  return dir.path;
}

test('what a killed application left on disk is listed, and put into the queue once', async () => {
  await using server = await startTestRedis();
  const dir = makeFolder();
  const env = toEnv({ REDIS_URL: server.url, DATABASE_URL: databaseUrl, AUDIT_SPOOL_DIR: dir });
  await server.halt();
  const application = spawnProcess(APPLICATION, { env: { REDIS_URL: server.url, AUDIT_SPOOL_DIR: dir } });
  expect((await application.exited).signal).toBe('SIGKILL');
  expect(application.lines.at(0)?.text).toBe(Array.from({ length: 20 }, () => 'spooled').join(' '));

  const listed = await runCli(['spool', 'list'], env);
  expect(listed.code).toBe(0);
  expect(listed.out[1]).toMatch(new RegExp(` ${application.pid} on .* abandoned +20 +0 `, 'u'));
  expect(listed.out.at(-1)).toBe(`20 events of processes that are gone: npx auditlane spool replay ${dir}`);

  const tooEarly = await runCli(['spool', 'replay', dir], env);
  expect({ code: tooEarly.code, err: tooEarly.err[0] }).toEqual({
    code: 1,
    err: expect.stringContaining('start it, or correct REDIS_URL'),
  });

  await server.restart();
  const replayed = await runCli(['spool', 'replay', dir], env);
  expect(replayed).toMatchObject({ code: 0, out: ['20 events of 1 process put into the queue'] });
  const redis = connectRedis(server.url, { name: 'test' });
  await redis.connect();
  expect(await redis.llen('audit:queue')).toBe(20);
  redis.disconnect();
  expect((await runCli(['spool', 'replay', dir], env)).out).toEqual(['nothing to replay']);
  expect((await runCli(['spool', 'list', '--json'], env)).json).toEqual({ dir, folders: [] });
});

test('strict events that Postgres has are counted as they leave the disk', async () => {
  await using server = await startTestRedis();
  const dir = makeFolder();
  const env = toEnv({ REDIS_URL: server.url, DATABASE_URL: databaseUrl });
  await server.halt();
  const strict = { REDIS_URL: server.url, DATABASE_URL: databaseUrl, AUDIT_SPOOL_DIR: dir, AUDIT_GUARANTEE: 'strict' };
  await spawnProcess(APPLICATION, { env: strict }).exited;
  await server.restart();
  const queued = await runCli(['spool', 'replay', dir], env);
  expect(queued).toMatchObject({ code: 1 });
  expect(queued.out[0]).toBe('20 events of 1 process put into the queue');
  const redis = connectRedis(server.url, { name: 'test' });
  await redis.connect();
  const ids = (await redis.lrange('audit:queue', 0, -1)).map((line) => String(Object(JSON.parse(line)).id));
  redis.disconnect();
  await createStore(pool, { writer: 'test' }).storeBatch(ids.map((id) => buildRow({ id })));
  expect(await runCli(['spool', 'replay', dir], env)).toMatchObject({
    code: 0,
    out: ['0 events of 1 process put into the queue; 20 events stored already, and removed from this disk'],
  });
});

test('a Redis with the certificate of a private authority is used once that authority is named', async () => {
  await using server = await startTestRedis();
  const dir = makeFolder();
  const port = await startTlsProxy(Number(new URL(server.url).port));
  const REDIS_URL = server.url.replace(/^redis:(.*):\d+/u, `rediss:$1:${port}`);
  const env = toEnv({ REDIS_URL, DATABASE_URL: databaseUrl });
  await server.halt();
  await spawnProcess(APPLICATION, { env: { REDIS_URL, AUDIT_SPOOL_DIR: dir } }).exited;
  await server.restart();
  const stranger = await runCli(['spool', 'replay', dir], env);
  expect({ code: stranger.code, err: stranger.err[0] }).toEqual({
    code: 1,
    err: expect.stringMatching(/self-signed certificate.* NODE_EXTRA_CA_CERTS/u),
  });
  const known = await runCli(['spool', 'replay', dir], { ...env, NODE_EXTRA_CA_CERTS: AUTHORITY_FILE });
  expect(known).toMatchObject({ code: 0, out: ['20 events of 1 process put into the queue'] });
});

test('a full queue leaves the rest on disk, for the next replay', async () => {
  await using server = await startTestRedis();
  const dir = makeFolder();
  const env = toEnv({ REDIS_URL: server.url, DATABASE_URL: databaseUrl });
  await server.halt();
  await spawnProcess(APPLICATION, { env: { REDIS_URL: server.url, AUDIT_SPOOL_DIR: dir } }).exited;
  await server.restart();
  const half = await runCli(['spool', 'replay', dir], { ...env, AUDIT_MAX_QUEUE_LENGTH: '5' });
  expect(half.code).toBe(1);
  expect(half.out[1]).toMatch(/^1 folder not done: run it again/u);
  expect(await runCli(['spool', 'replay', dir], env)).toMatchObject({ code: 0 });
});

test('a folder that is not there is a mistake of the person, not an empty spool', async () => {
  const missing = await runCli(['spool', 'list', '/nonexistent/spool']);
  expect({ code: missing.code, err: missing.err[0] }).toEqual({
    code: 1,
    err: expect.stringContaining('(ENOENT): name the folder'),
  });
  expect((await runCli(['spool', 'list', APPLICATION])).code).toBe(2);
});
