import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnProcess } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { NOWHERE } from './fixtures/start-api.ts';

const MAIN = join(import.meta.dirname, '../src/main.ts');

function startMain(env: Record<string, string> = {}) {
  const spool = mkdtempSync(join(tmpdir(), 'auditlane-api-'));
  const api = spawnProcess(MAIN, {
    hasIpc: true,
    env: {
      PORT: '0',
      REDIS_URL: `redis://${NOWHERE}`,
      DATABASE_URL: `postgres://${NOWHERE}/none`,
      AUDIT_SPOOL_DIR: spool,
      ...env,
    },
  });
  onTestFinished(async () => {
    await api.kill();
    rmSync(spool, { recursive: true, force: true });
  });
  return api;
}

async function takePort(port = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('the API starts without Redis and Postgres, tells its address, says what is missing, and drains on SIGTERM', async () => {
  const api = startMain();
  const { json } = await api.waitForLine('listening');
  const url = String(json?.['url']);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  await expect.poll(() => api.messages).toContain('ready');
  const health = await fetch(`${url}/monitoring/health`);
  expect([health.status, await health.json()]).toEqual([
    503,
    { status: 'critical', services: { redis: 'away', audit_worker: 'unknown', postgres: 'away' } },
  ]);
  await api.waitForLine(/CRITICAL: Redis is away!/u);
  expect(await api.stop('SIGTERM')).toMatchObject({ code: 0 });
});

test('every line of its log is JSON, and bad configuration is named and exits 78', async () => {
  const api = startMain({ PORT: '99999', AUDIT_OVERFLOW: 'explode' });
  expect(await api.exited).toMatchObject({ code: 78 });
  expect(api.lines.map((line) => line.json)).toMatchObject([
    { level: 'fatal', faults: [{ name: 'PORT' }, { name: 'AUDIT_OVERFLOW' }] },
  ]);
});

test('a given port that is taken exits 78', async () => {
  const port = await takePort();
  const api = startMain({ PORT: String(port) });
  expect(await api.exited).toMatchObject({ code: 78 });
  expect(api.lines.some((line) => line.text.includes(`${port} is taken`))).toBe(true);
});

test('without PORT a taken 3000 means the next free one, and that is said', async () => {
  await takePort(3000).catch(() => undefined);
  const api = startMain({ PORT: '' });
  const { json } = await api.waitForLine('listening');
  expect(json?.['port']).toBeGreaterThan(3000);
  await api.waitForLine('default port is taken, using the next free one');
});

test('a host that is not of this machine exits 78', async () => {
  const api = startMain({ HOST: '192.0.2.1' });
  expect(await api.exited).toMatchObject({ code: 78 });
  expect(api.lines.some((line) => line.text.includes('cannot listen on 192.0.2.1'))).toBe(true);
});
