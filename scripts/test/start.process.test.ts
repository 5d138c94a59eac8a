import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { createPool } from '@auditlane/store';
import { spawnProcess, startTestRedis, waitFor, type SpawnedProcess } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { findProcesses } from './stack-processes.ts';
import { makeTempDir } from './temp-dir.ts';

const START = join(import.meta.dirname, '../start.ts');
const READY = /^ {2}Auditlane is ready/;
const START_MS = 60_000;
const STOP_MS = 30_000;
const TEST_MS = 240_000;
const NOWHERE = '127.0.0.1:1';

function start(dataDir: string, env: Readonly<Record<string, string>> = {}): SpawnedProcess {
  const stack = spawnProcess(START, { env: { AUDIT_DATA_DIR: dataDir, AUDIT_WORKERS: '1', PORT: '0', ...env } });
  onTestFinished(async () => {
    await stack.stop('SIGINT', STOP_MS);
  });
  return stack;
}

function textOf(stack: SpawnedProcess): string {
  return stack.lines.map(({ text }) => text).join('\n');
}

async function expectNothingLeft(dataDir: string): Promise<void> {
  await waitFor(() => findProcesses(dataDir).length === 0, { message: `left: ${findProcesses(dataDir).join('; ')}` });
}

function readAddresses(dataDir: string): Record<string, string | undefined> {
  return parseEnv(readFileSync(join(dataDir, 'env'), 'utf8'));
}

async function countStarts(dataDir: string): Promise<number> {
  const pool = createPool(readAddresses(dataDir)['AUDIT_READER_URL'] ?? '', { applicationName: 'test', max: 1 });
  try {
    return (await pool.query(`select from audit_logs where event_type = 'stack_started'`)).rowCount ?? 0;
  } finally {
    await pool.end();
  }
}

test('a stack stores an event, stops without a rest, and finds its data again', { timeout: TEST_MS }, async () => {
  const dataDir = makeTempDir();
  const first = start(dataDir);
  await first.waitForLine('starting the API', START_MS);
  const addresses = readAddresses(dataDir);
  await first.waitForLine(READY, START_MS);
  expect(readAddresses(dataDir)).toEqual(addresses);
  const key = readFileSync(join(dataDir, 'admin.key'), 'utf8');
  for (const file of ['env', 'admin.key']) expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
  const health = await fetch(`${addresses['AUDIT_API_URL']}/api/v1/monitoring/health`);
  expect(health.status).toBe(200);
  expect(await first.stop('SIGINT', STOP_MS)).toEqual({ code: 0, signal: null });
  await expectNothingLeft(dataDir);

  const second = start(dataDir);
  await second.waitForLine(READY, START_MS);
  expect(await countStarts(dataDir)).toBe(2);
  expect(readFileSync(join(dataDir, 'admin.key'), 'utf8')).toBe(key);
  expect(readAddresses(dataDir)['REDIS_URL']).toBe(addresses['REDIS_URL']);
  expect(await second.stop('SIGTERM', STOP_MS)).toEqual({ code: 0, signal: null });
  await expectNothingLeft(dataDir);
});

test('a start on a folder in use says so; after a kill -9 it ends what was left', { timeout: TEST_MS }, async () => {
  const dataDir = makeTempDir();
  const first = start(dataDir);
  await first.waitForLine(READY, START_MS);
  const rival = start(dataDir);
  expect(await rival.exited).toEqual({ code: 1, signal: null });
  expect(textOf(rival)).toContain(`another npm start (process ${first.pid}) runs on ${dataDir}`);
  expect(findProcesses(dataDir).length).toBeGreaterThan(4);

  await first.kill();
  const next = start(dataDir);
  await next.waitForLine(READY, START_MS);
  expect(textOf(next)).toMatch(/stopping what a killed npm start left running: .*audit-worker \d+/);
  expect(await countStarts(dataDir)).toBe(2);
  await next.stop('SIGINT', STOP_MS);
  await expectNothingLeft(dataDir);
});

test('a second stack beside the first takes the next free port', { timeout: TEST_MS }, async () => {
  const dirs = [makeTempDir(), makeTempDir()] as const;
  const first = start(dirs[0], { PORT: '' });
  await first.waitForLine(READY, START_MS);
  const second = start(dirs[1], { PORT: '' });
  await second.waitForLine(READY, START_MS);
  const [one, two] = dirs.map((dir) => new URL(readAddresses(dir)['AUDIT_API_URL'] ?? '').port);
  expect(Number(two)).toBeGreaterThan(Number(one));
  expect(await countStarts(dirs[1])).toBe(1);
  await Promise.all([first.stop('SIGINT', STOP_MS), second.stop('SIGINT', STOP_MS)]);
  for (const dir of dirs) await expectNothingLeft(dir);
});

test('a given server that cannot be reached is the end, never replaced', { timeout: TEST_MS }, async () => {
  const dataDir = makeTempDir();
  for (const [name, url] of [
    ['REDIS_URL', `redis://${NOWHERE}`],
    ['DATABASE_URL', `postgres://somebody:hidden-word@${NOWHERE}/auditlane`],
  ] as const) {
    const stack = start(dataDir, { [name]: url });
    expect(await stack.exited).toEqual({ code: 1, signal: null });
    expect(textOf(stack)).toMatch(new RegExp(`${name} is given, but .*${NOWHERE}.* cannot be used: .*ECONNREFUSED`));
    expect(textOf(stack)).not.toContain('hidden-word');
  }
  await expectNothingLeft(dataDir);
});

test('a given port that is taken, and any bad setting, end with status 78', { timeout: TEST_MS }, async () => {
  const dataDir = makeTempDir();
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const taken = start(dataDir, { PORT: port });
  expect(await taken.exited).toEqual({ code: 78, signal: null });
  expect(textOf(taken)).toContain(`PORT ${port} on 127.0.0.1 is taken`);
  const wrong = start(dataDir, { PORT: '99999', AUDIT_WORKERS: 'many', AUDIT_LEASE_MS: 'abc' });
  expect(await wrong.exited).toEqual({ code: 78, signal: null });
  for (const name of ['AUDIT_WORKERS', 'PORT', 'AUDIT_LEASE_MS'])
    expect(textOf(wrong)).toContain(`auditlane: ${name}: must be a whole number`);
  await expectNothingLeft(dataDir);
});

test(
  'a process that cannot run as it is set up ends the start, and only that is told',
  { timeout: TEST_MS },
  async () => {
    const dataDir = makeTempDir();
    const server = await startTestRedis({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    onTestFinished(() => server.stop());
    const stack = start(dataDir, { REDIS_URL: server.url });
    expect(await stack.exited).toEqual({ code: 78, signal: null });
    expect(textOf(stack)).toMatch(/^auditlane: audit-worker does not start: Redis: .*allkeys-lru/mu);
    expect(textOf(stack)).not.toMatch(/"level"|^--- /mu);
    expect(existsSync(join(dataDir, 'env'))).toBe(false);
    await expectNothingLeft(dataDir);
  },
);
