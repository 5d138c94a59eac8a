import { createLogger, createMetrics, createRateLimitedLog } from '@auditlane/runtime';
import { expect, test } from 'vitest';
import { coalesce } from '../src/monitoring/coalesce.ts';
import { createMonitor } from '../src/monitoring/monitor.ts';
import { renderPrometheus } from '../src/monitoring/prometheus.ts';
import { buildBeat, buildQueueState, buildRedisFacts, LIMITS, NOW, NO_LOSSES } from './fixtures/fleet.ts';

function setUp(readRedis: () => Promise<ReturnType<typeof buildRedisFacts>>, limits = LIMITS) {
  const lines: string[] = [];
  let now = NOW;
  const logger = createLogger({ name: 'test', sink: { write: (line) => lines.push(line) } });
  const monitor = createMonitor({
    readRedis,
    readPostgres: () => Promise.resolve({ rows: 5, batches: 1, maintenance: [], losses: NO_LOSSES }),
    limits,
    log: createRateLimitedLog(logger, { clock: () => now }),
    clock: () => now,
    deadlineMs: 50,
  });
  return { monitor, lines, tick: (ms: number) => (now += ms) };
}

test('what an operator must know is logged with CRITICAL or WARNING before it, at most once in 10 s', async () => {
  const { monitor, lines, tick } = setUp(() =>
    Promise.resolve(
      buildRedisFacts({ queue: buildQueueState({ depth: 6843 }), beats: [buildBeat({ now: NOW + 9000 })] }),
    ),
  );
  await monitor.assess();
  await monitor.assess();
  tick(9999);
  await monitor.assess();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'error', msg: 'CRITICAL: Audit queue backed up! Queue length: 6843' },
  ]);
  tick(1);
  await monitor.assess();
  expect(lines).toHaveLength(2);
});

test('a fleet without a worker is told from the first look on', async () => {
  const { monitor, lines } = setUp(() => Promise.resolve(buildRedisFacts({ beats: [] })));
  const { answer, services } = await monitor.assess();
  expect(answer.health.issues).toEqual(['No audit worker is running! Events wait in the queue']);
  expect(services.audit_worker).toBe('stopped');
  expect(lines).toHaveLength(1);
});

test('a source that never answers is away within the deadline, and the answer still comes', async () => {
  const { monitor } = setUp(() => new Promise(() => undefined));
  const { answer, services } = await monitor.assess();
  expect(services).toEqual({ redis: 'away', audit_worker: 'unknown', postgres: 'connected' });
  expect(answer).toMatchObject({
    health: { status: 'critical' },
    metrics: { inserts_last_minute: 5, redis_age_ms: -1 },
  });
});

test('drops become critical when they grow, and a Redis that was away in between does not look like growth', async () => {
  let dropped: number | null = null;
  const { monitor } = setUp(() =>
    dropped === null
      ? Promise.reject(new Error('away'))
      : Promise.resolve(buildRedisFacts({ queue: buildQueueState({ stats: { dropped } }) })),
  );
  const severities = async () => (await monitor.assess()).answer.recommendations.map(({ severity }) => severity);
  expect(await severities()).toEqual(['critical']);
  dropped = 10;
  expect(await severities()).toEqual(['warning']);
  dropped = 11;
  expect(await severities()).toEqual(['critical']);
});

test('batches that are too small for the load are told by the setting of the environment', async () => {
  let enqueued = 0;
  const { monitor } = setUp(
    () => Promise.resolve(buildRedisFacts({ queue: buildQueueState({ depth: 6000, stats: { enqueued } }) })),
    { ...LIMITS, AUDIT_BATCH_SMALL: 100, AUDIT_BATCH_MEDIUM: 100, AUDIT_BATCH_LARGE: 100 },
  );
  await monitor.assess();
  enqueued = 900;
  const { answer } = await monitor.assess();
  expect(answer.recommendations).toContainEqual({
    severity: 'warning',
    message: 'Too small for its load! Events in the last minute: 900',
    action: 'AUDIT_BATCH_LARGE=1000 (it is 100) for the workers and the API',
  });
});

test('calls that come while one runs share the next one, which begins after them', async () => {
  let runs = 0;
  const gates: (() => void)[] = [];
  const read = coalesce(async () => {
    runs += 1;
    const run = runs;
    await new Promise<void>((resolve) => gates.push(resolve));
    return run;
  });
  const first = read();
  const late = [read(), read(), read()];
  gates[0]?.();
  expect(await first).toBe(1);
  await expect.poll(() => gates.length).toBe(2);
  gates[1]?.();
  expect(await Promise.all(late)).toEqual([2, 2, 2]);
});

test('Prometheus text sums the workers and takes no label that a client made up', async () => {
  const worker = createMetrics();
  worker.counter({ name: 'audit_worker_rows_total', help: 'Rows.' }).inc(4);
  const json = [...(await worker.toJson())];
  const foreign = [{ name: 'evil"} 1\n', help: '', type: 'gauge', aggregator: 'sum', values: [] }];
  const beats = [buildBeat({ worker: 'a', metrics: json }), buildBeat({ worker: 'b', metrics: [...json, ...foreign] })];
  const stats = { dropped: 12, 'dropped:queue_full': 7, 'dropped:a"} 1\nx': 5, 'refused:invalid': 3 };
  const { monitor } = setUp(() =>
    Promise.resolve(buildRedisFacts({ beats, queue: buildQueueState({ depth: 3, stats }) })),
  );
  const text = await renderPrometheus(await monitor.assess(), createMetrics());
  expect(text).toContain('audit_worker_rows_total 8');
  expect(text).toContain('audit_queue_length 3');
  expect(text).toContain('audit_events_dropped_total{reason="queue_full"} 7');
  expect(text).toContain('audit_events_dropped_total{reason="other"} 5');
  expect(text).toContain('audit_events_refused_total{reason="invalid"} 3');
  expect(text).toContain('audit_service_up{service="redis"} 1');
  expect(text).not.toContain('evil');
});
