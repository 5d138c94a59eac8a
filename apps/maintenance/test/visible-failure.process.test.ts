import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { askFor, startMain } from './processes.ts';

const API = new URL('../../api/src/main.ts', import.meta.url).pathname;
const redis = await useRedis({ appendfsync: 'always' });
const database = await useDatabase();
const env = { REDIS_URL: redis.url, DATABASE_URL: database.url };

/** Starts the API and answers a function that reads what it recommends. */
async function openApi(): Promise<() => Promise<string>> {
  const spool = mkdtempSync(join(tmpdir(), 'auditlane-maintenance-'));
  const api = spawnProcess(API, { hasIpc: true, env: { ...env, PORT: '0', AUDIT_SPOOL_DIR: spool } });
  onTestFinished(async () => {
    await api.kill();
    rmSync(spool, { recursive: true, force: true });
  });
  const { json } = await api.waitForLine('listening');
  return async () => {
    const answer = await fetch(`${String(json?.['url'])}/api/v1/monitoring/audit-metrics`);
    return JSON.stringify(Object(await answer.json()).recommendations);
  };
}

test('row 94: an expiry that somebody sets on the queue is in the answer of the API until it is taken off', async () => {
  const main = startMain(env);
  const readRecommendations = await openApi();
  await main.waitForLine('schedules are set');
  await main.waitForLine(({ json }) => json?.['task'] === 'self-check' && json['level'] === 'info');
  expect(await readRecommendations()).not.toContain('Maintenance failed');

  await redis.redis.lpush('audit:queue', '{}');
  await redis.redis.expire('audit:queue', 3600);
  await askFor('self-check', redis.url);
  const failure = await main.waitForLine('maintenance run failed');
  expect(failure.json).toMatchObject({ level: 'error', task: 'self-check', err: { code: 'unsafe' } });
  await waitFor(async () => (await readRecommendations()).includes('Maintenance failed! Task: self-check'), {
    everyMs: 100,
  });

  await redis.redis.persist('audit:queue');
  await askFor('self-check', redis.url);
  await waitFor(async () => !(await readRecommendations()).includes('Maintenance failed'), { everyMs: 100 });
});
