import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ProcessExit, spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { startFaultProxy } from './support/fault-proxy.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';

const { url, redis, server } = await useRedis();
const database = await useDatabase();
const NOWHERE = 'redis://127.0.0.1:1';

interface PrintedReceipt {
  readonly id?: string;
  readonly status: string;
}

function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
}

/** Runs a program to its own end; fails when it has to be killed. */
async function runToEnd(name: string, env: Readonly<Record<string, string>>) {
  const spoolDir = env['AUDIT_SPOOL_DIR'] ?? makeTempDir();
  await using child = spawnProcess(program(name), { env: { AUDIT_SPOOL_DIR: spoolDir, ...env } });
  let exit: ProcessExit | undefined;
  void child.exited.then((ended) => (exit = ended));
  await waitFor(() => exit !== undefined, { deadlineMs: 8000, message: `${name} ends by itself` });
  const printed = child.lines.find((line) => line.json?.['receipts'] !== undefined)?.json;
  const receipts: readonly PrintedReceipt[] = JSON.parse(JSON.stringify(printed?.['receipts'] ?? []));
  return { exit, receipts, spoolDir, lines: child.lines };
}

const clean = { code: 0, signal: null };

describe('a script that logs and has nothing left to do', () => {
  test('ends by itself when Redis took its events', async () => {
    const { exit, receipts } = await runToEnd('log-and-end', { REDIS_URL: url });
    expect(exit).toEqual(clean);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['queued', 'queued', 'queued']);
  });

  test('ends by itself when it used Postgres too', async () => {
    const { exit, receipts } = await runToEnd('log-and-end', {
      REDIS_URL: url,
      DATABASE_URL: database.url,
      CRITICAL: 'yes',
      COUNT: '4',
    });
    expect(exit).toEqual(clean);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['queued', 'stored', 'queued', 'stored']);
  });

  test('ends by itself when Redis is away, with its events in the spool', async () => {
    const { exit, receipts, spoolDir } = await runToEnd('log-and-end', { REDIS_URL: NOWHERE });
    expect(exit).toEqual(clean);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['spooled', 'spooled', 'spooled']);
    expect(readSpooledLines(spoolDir)).toHaveLength(3);
  });

  test('ends by itself when the link to Redis swallows everything', async () => {
    const proxy = await startFaultProxy(server.port);
    proxy.mode = 'swallow requests';
    const { exit, receipts } = await runToEnd('log-and-end', { REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    expect(exit).toEqual(clean);
    expect(new Set(receipts.map((receipt) => receipt.status))).toEqual(new Set(['spooled']));
  });

  test('keeps events that it never awaited', async () => {
    const { exit } = await runToEnd('log-and-end', { REDIS_URL: url, COUNT: '1000', AWAIT: 'no' });
    expect(exit).toEqual(clean);
    expect(await redis.llen('audit:queue')).toBe(1000);
  });

  test.each(['pass', 'swallow requests'] as const)('may await close, whatever the link does (%s)', async (mode) => {
    const proxy = await startFaultProxy(server.port);
    proxy.mode = mode;
    const { exit, receipts } = await runToEnd('log-and-close', { REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    expect(exit).toEqual(clean);
    expect(receipts.map((receipt) => receipt.status)).toEqual([mode === 'pass' ? 'queued' : 'spooled']);
  });

  test('reports its drops before it ends', async () => {
    await redis.lpush('audit:queue', 'occupied');
    const { exit } = await runToEnd('log-and-end', {
      REDIS_URL: url,
      AUDIT_OVERFLOW: 'drop',
      AUDIT_MAX_QUEUE_LENGTH: '1',
    });
    expect(exit).toEqual(clean);
    expect(await redis.hgetall('audit:stats')).toMatchObject({ dropped: '3', 'dropped:dropped': '3' });
  });

  test('is not ended by a bad setting, which is logged once', async () => {
    const { exit, receipts, lines } = await runToEnd('log-and-end', { REDIS_URL: url, AUDIT_OVERFLOW: 'sometimes' });
    expect(exit).toEqual(clean);
    expect(receipts).toMatchObject([
      { reason: 'misconfigured' },
      { reason: 'misconfigured' },
      { reason: 'misconfigured' },
    ]);
    expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.json?.['msg'])).toEqual([
      'audit client is misconfigured, nothing is logged',
    ]);
  });
});

test('a stderr that nobody reads does not end the process', async () => {
  const env = { PATH: process.env['PATH'], REDIS_URL: 'no url', COUNT: '50' };
  const child = spawn(process.execPath, [program('log-and-end')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.destroy();
  let output = '';
  child.stdout.on('data', (bytes) => (output += String(bytes)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  expect(output).toContain('misconfigured');
});

test('a blocked event loop is not mistaken for an absent Redis', async () => {
  const { receipts } = await runToEnd('log-and-block', { REDIS_URL: url });
  expect(new Set(receipts.map((receipt) => receipt.status))).toEqual(new Set(['queued']));
});

test('kill -9 with events in the spool: the next process adopts them, and all reach the queue under their ids', async () => {
  const spoolDir = makeTempDir();
  await server.halt();
  await using victim = spawnProcess(program('log-and-stay'), {
    env: { REDIS_URL: url, AUDIT_SPOOL_DIR: spoolDir, COUNT: '50' },
  });
  const line = await victim.waitForLine(/receipts/);
  const { receipts }: { receipts: readonly PrintedReceipt[] } = JSON.parse(line.text);
  expect(new Set(receipts.map((receipt) => receipt.status))).toEqual(new Set(['spooled']));
  await victim.kill();
  await server.restart();
  await using heir = spawnProcess(program('log-and-stay'), {
    env: { REDIS_URL: url, AUDIT_SPOOL_DIR: spoolDir, COUNT: '1' },
  });
  await heir.waitForLine(/receipts/);
  await waitFor(async () => (await redis.llen('audit:queue')) + (await redis.llen('audit:queue:urgent')) === 51);
  const found = [...(await redis.lrange('audit:queue', 0, -1)), ...(await redis.lrange('audit:queue:urgent', 0, -1))];
  const ids = new Set(found.map((entry) => String(JSON.parse(entry).id)));
  expect(receipts.filter((receipt) => !ids.has(receipt.id ?? ''))).toEqual([]);
  await waitFor(() => readSpooledLines(spoolDir).length === 0);
});

test('process.exit in the middle of a burst: no receipt was given for an event that Redis does not have', async () => {
  const { exit, lines } = await runToEnd('log-and-exit', { REDIS_URL: url });
  expect(exit).toEqual(clean);
  const receipts = lines.flatMap((line) => (line.json?.['status'] === 'queued' ? [String(line.json['id'])] : []));
  const queued = new Set((await redis.lrange('audit:queue', 0, -1)).map((entry) => String(JSON.parse(entry).id)));
  expect(receipts.length).toBeGreaterThanOrEqual(1900);
  expect(receipts.filter((id) => !queued.has(id))).toEqual([]);
});

test('a forked process is a producer of its own', async () => {
  const { exit } = await runToEnd('log-and-fork', { REDIS_URL: url });
  expect(exit).toEqual(clean);
  const entries = (await redis.lrange('audit:queue', 0, -1)).toReversed().map((line) => JSON.parse(line));
  const [first, ...others] = [...new Set(entries.map((entry) => entry.producer))];
  expect(others).toHaveLength(1);
  expect(entries.map((entry) => [entry.producer === first, entry.n])).toEqual([
    [true, 1],
    [false, 1],
    [false, 2],
    [true, 2],
  ]);
});
