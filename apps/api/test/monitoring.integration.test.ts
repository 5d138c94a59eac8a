import { createQueue, connectRedis, toQueueKeys } from '@auditlane/queue';
import { createStore, finishMaintenanceRun } from '@auditlane/store';
import { buildRow, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { AuditMetrics } from '../src/monitoring/audit-metrics.ts';
import { Health } from '../src/monitoring/health.ts';
import { buildBeat } from './fixtures/fleet.ts';
import { NOWHERE, startApi } from './fixtures/start-api.ts';

const { url: redisUrl, redis } = await useRedis({ settings: { appendonly: 'yes' } });
const { url: databaseUrl, pool } = await useDatabase();
const SERVERS = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
const keys = toQueueKeys('audit:queue');
const connection = connectRedis(redisUrl, { name: 'test' });
const queue = createQueue(connection, keys);
afterAll(() => connection.disconnect());

const beat = (worker: string, overrides: Parameters<typeof buildBeat>[0] = {}) =>
  queue.beat(worker, buildBeat({ worker, now: Date.now(), ...overrides }));

async function getMetrics(url: string, path = '/api/v1/monitoring/audit-metrics') {
  const response = await fetch(url + path);
  expect(response.status).toBe(200);
  return AuditMetrics.parse(await response.json());
}

const WELL = [{ severity: 'info', message: 'All systems operating normally.' }];

describe('audit metrics', () => {
  test.each(['/api/v1/monitoring/audit-metrics', '/monitoring/audit-metrics', '/api/metrics'])(
    '%s says that all is well, in exactly the documented shape',
    async (path) => {
      const { url } = await startApi(SERVERS);
      await beat('w1');
      const answer = await getMetrics(url, path);
      expect(answer.recommendations).toEqual(WELL);
      expect(answer.health).toEqual({ status: 'healthy', issues: [] });
      expect(Object.keys(answer)).toEqual(['health', 'metrics', 'recommendations']);
    },
  );

  test('numbers come from the queue, the beats of all workers and the ledger', async () => {
    const { url } = await startApi(SERVERS);
    await beat('w1', { counts: { batches: 2, batch_ms_total: 30, failed_attempts: 3 } });
    await beat('w2', { counts: { batches: 2, batch_ms_total: 50, dead_letters: 1 } });
    await queue.enqueue(
      Array.from({ length: 6 }, (_, index) => `{"v":1,"id":"${index}"}`),
      { lane: 'main', capacity: 2 },
    );
    await createStore(pool, { writer: 'test' }).storeBatch([buildRow(), buildRow(), buildRow()]);
    const { metrics } = await getMetrics(url);
    expect(metrics).toMatchObject({
      queue_length: await redis.llen('audit:queue'),
      current_batch_size: 100,
      inserts_last_minute: 3,
      batches_last_minute: 1,
      failures_last_minute: 4,
      avg_batch_time_ms: 20,
      total_overflow_events: 4,
      total_enqueued_events: 2,
      workers_running: 2,
    });
  });

  test('a queue above 65% of its cap is critical, with the words and the action, and is logged', async () => {
    const { url, logLines } = await startApi({ ...SERVERS, AUDIT_MAX_QUEUE_LENGTH: '100' });
    await beat('w1');
    await queue.enqueue(
      Array.from({ length: 68 }, (_, index) => `{"v":1,"id":"${index}"}`),
      { lane: 'main', capacity: 100 },
    );
    const answer = await getMetrics(url);
    expect(answer.recommendations).toEqual([
      {
        severity: 'critical',
        message: 'Audit queue backed up! Queue length: 68',
        action: 'npm run pm2 -- scale audit-worker +2',
      },
    ]);
    expect(answer.health).toEqual({ status: 'critical', issues: ['Audit queue backed up! Queue length: 68'] });
    expect(logLines.filter((line) => line.includes('CRITICAL: Audit queue backed up! Queue length: 68'))).toHaveLength(
      1,
    );
  });

  test('a worker that waits because Postgres refuses most events is critical, for as long as it runs', async () => {
    const { url } = await startApi(SERVERS);
    const suspicion = { sqlstate: '23514', since: new Date().toISOString(), refused: 300 };
    await beat('w1', { mass_poison: suspicion });
    await beat('w2', { mass_poison: suspicion, state: 'stopped' });
    expect((await getMetrics(url)).recommendations).toMatchObject([
      {
        severity: 'critical',
        message: 'Postgres refuses most events! SQLSTATE: 23514, workers that wait: 1',
        action: expect.stringContaining('SIGUSR2'),
      },
    ]);
    await beat('w1');
    expect((await getMetrics(url)).recommendations).toEqual(WELL);
  });

  test('drops are critical while they happen', async () => {
    const { url } = await startApi(SERVERS);
    await beat('w1');
    await queue.addStats({ dropped: 1200 });
    expect((await getMetrics(url)).recommendations).toMatchObject([
      { severity: 'warning', message: 'Events being dropped! Total dropped: 1200' },
    ]);
    await queue.addStats({ dropped: 47 });
    expect((await getMetrics(url)).recommendations).toMatchObject([
      { severity: 'critical', message: 'Events being dropped! Total dropped: 1247' },
    ]);
  });

  test('no worker, an eviction policy and a failed maintenance run are reported', async () => {
    const { url } = await startApi(SERVERS);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    onTestFinished(async () => {
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
    });
    const run = { task: 'partitions', startedAt: new Date(), host: 'h', pid: 1 };
    const failed = { ...run, status: 'failed', finishedAt: new Date(), error: 'lock timeout', details: null } as const;
    await finishMaintenanceRun(pool, failed);
    onTestFinished(() =>
      finishMaintenanceRun(pool, { ...failed, status: 'succeeded', finishedAt: new Date(), error: null }),
    );
    const { recommendations } = await getMetrics(url);
    expect(recommendations).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('No audit worker is running!') },
      { severity: 'critical', message: expect.stringContaining('allkeys-lru') },
      { severity: 'warning', message: expect.stringContaining('partitions') },
    ]);
  });

  test('a Redis without an append-only file is reported', async () => {
    const { url } = await startApi(SERVERS);
    await beat('w1');
    await redis.config('SET', 'appendonly', 'no');
    onTestFinished(async () => {
      await redis.config('SET', 'appendonly', 'yes');
    });
    const answer = await getMetrics(url);
    expect(answer).toMatchObject({
      health: { status: 'degraded' },
      recommendations: [{ severity: 'warning', message: expect.stringContaining('append-only') }],
    });
  });

  test('without Redis and Postgres the answer still comes, says so, and has only numbers', async () => {
    const { url } = await startApi({});
    const answer = await getMetrics(url);
    expect(answer.health.issues).toEqual([
      expect.stringContaining('Redis is away!'),
      expect.stringContaining('Postgres is away!'),
    ]);
    expect(answer.metrics).toMatchObject({ queue_length: 0, redis_age_ms: -1, postgres_age_ms: -1 });
  });

  test('a Redis that hangs is away within the deadline, and its last numbers are shown with their age', async () => {
    const server = await startTestRedis();
    onTestFinished(() => server.stop());
    const { url } = await startApi({ REDIS_URL: server.url, DATABASE_URL: databaseUrl });
    await waitFor(async () => (await getMetrics(url)).metrics.redis_age_ms === 0);
    server.signal('SIGSTOP');
    onTestFinished(() => server.signal('SIGCONT'));
    const answer = await getMetrics(url);
    expect(answer.health.issues[0]).toContain('Redis is away!');
    expect(answer.metrics.redis_age_ms).toBeGreaterThan(0);
    server.signal('SIGCONT');
    await waitFor(async () => (await getMetrics(url)).metrics.redis_age_ms === 0, { message: 'Redis is seen again' });
  });
});

describe('health', () => {
  test.each(['/monitoring/health', '/api/v1/monitoring/health', '/api/health'])(
    '%s is 200 when an event becomes a row',
    async (path) => {
      const { url } = await startApi(SERVERS);
      await beat('w1');
      const response = await fetch(url + path);
      expect(response.status).toBe(200);
      expect(Health.parse(await response.json())).toEqual({
        status: 'healthy',
        services: { redis: 'connected', audit_worker: 'running', postgres: 'connected' },
      });
    },
  );

  test('without a worker, and while ending, it is 503', async () => {
    const { url, drain } = await startApi(SERVERS);
    const stopped = await fetch(`${url}/monitoring/health`);
    expect(stopped.status).toBe(503);
    expect(await stopped.json()).toMatchObject({ status: 'critical', services: { audit_worker: 'stopped' } });
    await beat('w1');
    drain();
    expect((await fetch(`${url}/monitoring/health`)).status).toBe(503);
  });

  test('row 62: while Postgres is away readiness is 503 with the reason and without secrets, and liveness is 200', async () => {
    const { url, logLines } = await startApi({
      REDIS_URL: redisUrl,
      DATABASE_URL: `postgres://user:hunter2@${NOWHERE}/db`,
    });
    await beat('w1');
    const response = await fetch(`${url}/monitoring/health`);
    const text = await response.text();
    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toEqual({
      status: 'critical',
      services: { redis: 'connected', audit_worker: 'running', postgres: 'away' },
    });
    expect(text + logLines.join('')).not.toContain('hunter2');
    const live = await fetch(`${url}/monitoring/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'alive' }]);
  });
});

describe('Prometheus', () => {
  test('/metrics is text over the whole fleet', async () => {
    const { url } = await startApi(SERVERS);
    await beat('w1');
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/u);
    const text = await response.text();
    expect(text).toMatch(/^audit_workers_running 1$/mu);
    expect(text).toMatch(/^audit_health_status 0$/mu);
    expect(text).toMatch(/^audit_process_resident_memory_bytes \d/mu);
  });

  test('ENABLE_METRICS=false turns it off and leaves the JSON', async () => {
    const { url } = await startApi({ ...SERVERS, ENABLE_METRICS: 'false' });
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect(
      (await fetch(`${url}/api/metrics`, { headers: { accept: 'text/plain' } })).headers.get('content-type'),
    ).toContain('json');
  });

  test('/api/metrics is text for who asks for text, as Prometheus does', async () => {
    const { url } = await startApi(SERVERS);
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const response = await fetch(`${url}/api/metrics`, { headers: { accept } });
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/u);
  });
});
