import { type OpenMetricsContentType, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../support/test-client.ts';
import { createSecurityEventService, type SecurityEventService } from '../../../src/events/index.ts';
import { createStandInClient } from '../support/stand-in-client.ts';
import { createTestService } from '../support/recording-processor.ts';

describe('registerMetrics', () => {
  test('shows the figures of the service at each scrape, in the words of prom-client', async () => {
    const { service } = createTestService({ name: 'shop' });
    const registry = new Registry();
    expect(service.registerMetrics(registry)).toBe(true);
    expect(await registry.metrics()).toContain('audit_client_events_received_total{service="shop",priority="info"} 0');
    service.on('auth.*', () => undefined);
    await service.authentication.loginSuccess();
    await service.threat.sqlInjection();
    await Reflect.apply(service.logEvent, service, ['', 'web']);
    await service.getEmitter().idle();
    const text = await registry.metrics();
    for (const line of [
      '# TYPE audit_client_events_received_total counter',
      'audit_client_events_received_total{service="shop",priority="info"} 1',
      'audit_client_events_processed_total{service="shop",priority="critical"} 1',
      'audit_client_events_queued{service="shop",priority="info"} 1',
      'audit_client_calls_rejected_total{service="shop"} 1',
      'audit_client_handler_calls_total{service="shop",pattern="auth.*",outcome="succeeded"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test('can be read as OpenMetrics and as JSON, and a reset changes nothing', async () => {
    const { service } = createTestService();
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    service.registerMetrics(registry);
    await service.data.read();
    registry.resetMetrics();
    expect(await registry.metrics()).toContain(
      'audit_client_events_received_total{service="default",priority="low"} 1',
    );
    expect(JSON.stringify(await registry.getMetricsAsJSON())).toContain('audit_client_events_received');
  });

  test('two services share the metrics of one registry, each with its name; the same one twice counts once', async () => {
    const [a, b, c] = ['a', 'b', 'b'].map((name) => createTestService({ name }).service);
    const registry = new Registry();
    for (const service of [a, a, b, c]) expect(service?.registerMetrics(registry)).toBe(true);
    await Promise.all([a?.data.read(), b?.data.read(), c?.data.read()]);
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('audit_client_events_received_total{service="a",priority="low"} 1');
    expect(lines).toContain('audit_client_events_received_total{service="b",priority="low"} 2');
    const named = lines.filter((line) => line.startsWith('audit_client_'));
    expect(new Set(named.map((line) => line.split(' ')[0])).size).toBe(named.length);
  });

  test('a registry that was cleared, or took them in part, gets them again', async () => {
    const { service } = createTestService();
    const registry = new Registry();
    service.registerMetrics(registry);
    registry.clear();
    expect(service.registerMetrics(registry)).toBe(true);
    expect(await registry.metrics()).toContain('audit_client_events_received_total');
    const names: string[] = [];
    let isBroken = true;
    const partial = {
      registerMetric: ({ name }: { readonly name: string }): void => {
        if (names.length === 3 && isBroken) throw new Error('no room');
        names.push(name);
      },
      getSingleMetric: (): unknown => undefined,
    };
    expect(service.registerMetrics(partial)).toBe(false);
    isBroken = false;
    expect(service.registerMetrics(partial)).toBe(true);
    expect(new Set(names).size).toBe(names.length - 3);
  });

  test('has the figures of the client behind the queue', async () => {
    const { client } = createTestClient({ redisUrl: 'redis://127.0.0.1:1' });
    const { service } = createTestService({ processor: undefined, client });
    const registry = new Registry();
    service.registerMetrics(registry);
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('audit_client_receipts_total{service="default",status="queued"} 0');
    expect(lines).toContain('audit_client_redis_ready{service="default"} 0');
  });

  test('no counter shrinks when an event is dropped that stood for others, and all add up', async () => {
    const { client } = createStandInClient();
    const { service } = createTestService({ client, batchProcessing: { maxQueueSize: 10, enableAutoFlush: false } });
    const registry = new Registry();
    service.registerMetrics(registry);
    const read = async (): Promise<Readonly<Record<string, number>>> => {
      const figures: Record<string, number> = {};
      for (const { name, values } of await registry.getMetricsAsJSON()) {
        figures[name.replace(/^audit_client_events_|_total$/gu, '')] = values.reduce(
          (sum, { value }) => sum + value,
          0,
        );
      }
      return figures;
    };
    for (let n = 0; n < 9; n += 1) void service.logEvent('a.b', 'web', {}, { priority: 'info' });
    const before = await read();
    for (let n = 0; n < 10; n += 1) void service.logEvent('a.b', 'web', { n }, { priority: 'low' });
    const after = await read();
    expect(before).toMatchObject({ received: 9, dropped: 0 });
    expect(after).toMatchObject({ received: 19, deduplicated: 8, dropped: 9, deduplicated_dropped: 8, queued: 10 });
  });

  test('the client that services of one name share is there once, and neither a state nor a mean is added up', async () => {
    const { client } = createTestClient({ redisUrl: 'redis://127.0.0.1:1' });
    const stats = { ...client.stats(), queued: 4, redis: 'ready' } as const;
    const shared = { ...createStandInClient().client, stats: () => stats };
    const other = { ...createStandInClient().client, stats: () => ({ ...stats, redis: 'connecting' }) as const };
    const registry = new Registry();
    const processor = { process: async () => ({ processed: 1, failed: 0 }) };
    for (const each of [shared, shared]) {
      createTestService({ processor: undefined, client: each }).service.registerMetrics(registry);
    }
    const read = async (name: string): Promise<readonly string[]> =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith(name));
    expect(await read('audit_client_redis_ready')).toEqual(['audit_client_redis_ready{service="default"} 1']);
    expect(await read('audit_client_receipts_total')).toContain(
      'audit_client_receipts_total{service="default",status="queued"} 4',
    );
    createTestService({ processor: undefined, client: other }).service.registerMetrics(registry);
    expect(await read('audit_client_redis_ready')).toEqual(['audit_client_redis_ready{service="default"} 0']);
    expect(await read('audit_client_receipts_total')).toContain(
      'audit_client_receipts_total{service="default",status="queued"} 8',
    );
    const means = Array.from({ length: 2 }, () => createTestService({ name: 'means', processor }).service);
    await Promise.all(means.map((service) => service.threat.sqlInjection()));
    const of = (service: (typeof means)[number] | undefined) =>
      (service?.getStats().byPriority.critical.averageProcessingTime ?? 0) / 1000;
    for (const service of means) service.registerMetrics(registry);
    const [mean] = (await read('audit_client_batch_average_seconds{service="means",priority="critical"}')).map((line) =>
      Number(line.split(' ')[1]),
    );
    expect(mean).toBeCloseTo((of(means[0]) + of(means[1])) / 2, 9);
    const joined = await registry.getMetricsAsJSON();
    expect(joined.map(({ name, aggregator }) => [name, aggregator])).toEqual(
      expect.arrayContaining([
        ['audit_client_batch_average_seconds', 'average'],
        ['audit_client_redis_ready', 'min'],
        ['audit_client_events_queued', 'sum'],
      ]),
    );
  });

  test('a client without figures, or whose figures throw, leaves those of its service and of the application', async () => {
    const registry = new Registry();
    const { stats: _unused, ...rest } = createStandInClient().client;
    for (const [name, client] of Object.entries({ without: rest, throwing: createStandInClient().client })) {
      const service: SecurityEventService = Reflect.apply(createSecurityEventService, undefined, [{ name, client }]);
      expect(service.registerMetrics(registry)).toBe(true);
      const text = await registry.metrics();
      expect(text).toContain(`audit_client_calls_rejected_total{service="${name}"} 0`);
      expect(text).not.toContain(`audit_client_redis_ready{service="${name}"}`);
    }
  });

  test('a service that was closed leaves what it had counted, and is let go', async () => {
    const registry = new Registry();
    let queued = 4;
    const { client: real } = createTestClient({ redisUrl: 'redis://127.0.0.1:1' });
    const client = { ...createStandInClient().client, stats: () => ({ ...real.stats(), queued }) };
    const create = () => {
      const { service } = createTestService({ processor: undefined, client });
      service.registerMetrics(registry);
      return service;
    };
    const counted = async () => {
      const lines = (await registry.metrics()).split('\n');
      const find = (name: string) => Number(lines.find((line) => line.startsWith(name))?.split(' ')[1]);
      return [
        find('audit_client_events_received_total{service="default",priority="critical"}'),
        find('audit_client_receipts_total{service="default",status="queued"}'),
        lines.filter((line) => line.startsWith('audit_client_redis_ready{')).length,
      ];
    };
    const first = create();
    await first.threat.sqlInjection();
    expect(await counted()).toEqual([1, 4, 1]);
    await first.close();
    expect(await counted()).toEqual([1, 4, 0]);
    expect(first.registerMetrics(registry)).toBe(true);
    expect(await counted()).toEqual([1, 4, 0]);
    queued = 6;
    expect(await counted(), 'nobody asks the client of a closed service').toEqual([1, 4, 0]);
    const [second, third] = [create(), create()];
    await second.threat.sqlInjection();
    expect(await counted()).toEqual([2, 6, 1]);
    await second.close();
    expect(await counted()).toEqual([2, 6, 1]);
    await third.close();
    expect(await counted()).toEqual([2, 6, 0]);
  });

  test('a registry that takes nothing is told of and throws nothing', () => {
    const { service, warnings } = createTestService();
    const refusing = {
      registerMetric() {
        throw new Error('no room');
      },
    };
    expect(service.registerMetrics(refusing)).toBe(false);
    expect(Reflect.apply(service.registerMetrics, service, [null])).toBe(false);
    expect(warnings[0]?.message).toBe('a metric registry did not take the metrics of a service');
  });
});
