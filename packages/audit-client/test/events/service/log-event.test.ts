import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  EventPriority,
  runWithCorrelation,
  type SecurityEvent,
  SecurityEventSource,
  SecurityEventType,
} from '../../../src/events/index.ts';
import { createTestService } from '../support/recording-processor.ts';

const { AUTH_LOGIN_FAILURE, AUTH_LOGIN_SUCCESS, THREAT_SQL_INJECTION } = SecurityEventType;
const { WEB } = SecurityEventSource;

describe('logEvent', () => {
  test('hands on the event with what the catalogue says of its type', async () => {
    const { service, loggedOne } = createTestService();
    const before = Date.now();
    const receipt = await service.logEvent(AUTH_LOGIN_FAILURE, WEB, { userId: 'u-1', attempts: 3 });
    expect(receipt).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 'buffered' });
    const event = await loggedOne();
    expect(event).toEqual({
      id: 'id' in receipt ? receipt.id : '',
      type: 'auth.login.failure',
      source: 'web',
      priority: 'medium',
      severity: 'medium',
      category: 'warning',
      domain: 'authentication',
      outcome: 'failure',
      occurredAt: expect.any(Number),
      correlationId: null,
      dedupKey: null,
      details: { userId: 'u-1', attempts: 3 },
    });
    expect(event.occurredAt).toBeGreaterThanOrEqual(before);
    expect(event.occurredAt).toBeLessThanOrEqual(Date.now());
  });

  test('the details are copied in the call', async () => {
    const { service, loggedOne } = createTestService();
    const details = { list: [1], nested: { a: 1 } };
    void service.logEvent('own.type', 'kiosk', details);
    details.list.push(2);
    details.nested.a = 2;
    expect(await loggedOne()).toMatchObject({ source: 'kiosk', details: { list: [1], nested: { a: 1 } } });
  });

  test('options of the call: priority, severity, correlationId, dedupKey, occurredAt', async () => {
    const { service, logged } = createTestService();
    const options = {
      priority: EventPriority.LOW,
      severity: 'critical',
      correlationId: 'c-1',
      dedupKey: 'k-1',
      occurredAt: new Date(1000),
    } as const;
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, {}, options);
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, {}, { occurredAt: 2000 });
    // The higher priority goes first.
    expect(await logged()).toMatchObject([
      { priority: 'medium', severity: 'medium', category: 'warning', occurredAt: 2000 },
      {
        priority: 'low',
        severity: 'critical',
        category: 'critical',
        correlationId: 'c-1',
        dedupKey: 'k-1',
        occurredAt: 1000,
      },
    ]);
  });

  test('an empty dedupKey says that the event is like no other', async () => {
    const { service, logged } = createTestService({ batchProcessing: { enableDeduplication: true } });
    for (const dedupKey of ['', '', undefined, undefined, 'a', 'a']) {
      await service.logEvent(AUTH_LOGIN_FAILURE, WEB, {}, { dedupKey });
    }
    expect((await logged()).map((event) => event.dedupKey)).toEqual(['', '', null, 'a']);
  });

  test('words in capitals are understood, and words that are none count as not given', async () => {
    const { service, logged } = createTestService();
    const loose = (options: object): object => options;
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, {}, loose({ priority: 'CRITICAL', severity: 'HIGH' }));
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, {}, loose({ priority: 'urgent', severity: 7, occurredAt: 'now' }));
    expect((await logged()).map(({ priority, severity }) => [priority, severity])).toEqual([
      ['critical', 'high'],
      ['medium', 'medium'],
    ]);
  });

  test('the correlation is that of the options, else of the details, else of the request that runs', async () => {
    const { service, logged } = createTestService();
    await runWithCorrelation('request', async () => {
      await service.logEvent('a.b', WEB);
      await service.logEvent('a.b', WEB, { correlationId: 'details' });
      await service.logEvent('a.b', WEB, { correlation_id: 'snake', correlationId: 'camel' });
      await service.logEvent('a.b', WEB, { correlationId: 'details' }, { correlationId: 'options' });
    });
    const ids = (await logged()).map((event) => event.correlationId);
    expect(ids).toEqual(['request', 'details', 'snake', 'options']);
  });

  test('a type of which nothing is known is info, and its severity follows the priority of the call', async () => {
    const { service, logged } = createTestService();
    await service.logEvent('billing.refund.denied', WEB);
    await service.logEvent('billing.refund.denied', WEB, {}, { priority: 'high' });
    expect(await logged()).toMatchObject([
      { priority: 'high', severity: 'high', category: 'warning', domain: 'system', outcome: null },
      { priority: 'info', severity: 'info', category: 'info', domain: 'system', outcome: null },
    ]);
  });

  test('CRITICAL and HIGH are never answered "buffered"', async () => {
    const { service } = createTestService();
    const receipts = await Promise.all([
      service.logEvent(THREAT_SQL_INJECTION, WEB, { parameter: 'q' }),
      service.logEvent(SecurityEventType.API_ERROR, WEB),
    ]);
    for (const receipt of receipts) expect(receipt.status).not.toBe('buffered');
  });

  test.each([undefined, null, '', 7, {}])('the type %j is refused, and named', async (type) => {
    const { service, logged, warnings } = createTestService();
    const receipt = await Reflect.apply(service.logEvent, service, [type, WEB]);
    expect(receipt).toMatchObject({ status: 'rejected', reason: 'invalid', issues: [{ path: 'type' }] });
    expect(await logged()).toEqual([]);
    expect(service.getStats()).toMatchObject({ totalRejected: 1, totalReceived: 0 });
    expect(warnings[0]?.message).toBe('security events are rejected: invalid');
  });

  test('its types know the details of each type', () => {
    const { service } = createTestService();
    // @ts-expect-error a user id is no object
    void service.logEvent(AUTH_LOGIN_SUCCESS, WEB, { userId: {} });
    // @ts-expect-error a device is named
    void service.logEvent(SecurityEventType.DEVICE_REGISTERED, WEB, {});
    // @ts-expect-error priorities are a closed set
    void service.logEvent(AUTH_LOGIN_SUCCESS, WEB, {}, { priority: 'urgent' });
    void service.logEvent('own.type', 'own source', { anything: ['goes'] });
    const some: Record<string, unknown> = { a: 1 };
    void service.logEvent('own.type', 'own source', some);
    expectTypeOf<SecurityEvent['priority']>().toEqualTypeOf<EventPriority>();
  });
});

describe('the bus of a service', () => {
  test('handlers get each event beside storage, redacted, and off takes them back', async () => {
    const { service, logged } = createTestService();
    const seen: unknown[] = [];
    const handler = (event: SecurityEvent): unknown => seen.push(event.details);
    service.on('auth.*', handler);
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, { password: 'p' });
    await service.getEmitter().idle();
    service.off('auth.*', handler);
    await service.logEvent(AUTH_LOGIN_FAILURE, WEB, { password: 'q' });
    await service.getEmitter().idle();
    expect(seen).toEqual([{ password: '[REDACTED]' }]);
    expect(await logged()).toHaveLength(2);
  });

  test('a handler that fails or hangs neither loses nor delays the event', async () => {
    const { service, logged } = createTestService({ handlerTimeout: 20 });
    service.on('*', () => {
      throw new Error('of the handler');
    });
    service.on('*', () => new Promise(() => undefined));
    const receipt = await service.logEvent(THREAT_SQL_INJECTION, WEB);
    expect(receipt.status).toBe('processed');
    expect(await logged()).toHaveLength(1);
    await service.close();
    expect(service.getStats().handlers.handlers.map(({ failed, timedOut }) => failed + timedOut)).toEqual([1, 1]);
  });
});

describe('the life of a service', () => {
  test('flush hands on what waits and says how much it was', async () => {
    const { service, processor } = createTestService();
    expect(await service.flush()).toEqual({ processed: 0, failed: 0 });
    void service.logEvent(AUTH_LOGIN_SUCCESS, WEB);
    void service.logEvent(AUTH_LOGIN_FAILURE, WEB);
    expect(await service.flush()).toEqual({ processed: 2, failed: 0 });
    expect(processor.events).toHaveLength(2);
  });

  test('close flushes, waits for handlers, closes the processor, is joined, and later calls are answered "closed"', async () => {
    const { service, processor } = createTestService();
    let isHandled = false;
    service.on('*', async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      isHandled = true;
    });
    void service.logEvent(AUTH_LOGIN_SUCCESS, WEB);
    const closing = service.close();
    expect(service.close()).toBe(closing);
    await closing;
    expect(processor.events).toHaveLength(1);
    expect([isHandled, processor.isClosed]).toEqual([true, true]);
    expect(await service.logEvent(AUTH_LOGIN_SUCCESS, WEB)).toEqual({ status: 'rejected', reason: 'closed' });
  });

  test('getStats counts by priority, and getProcessor is what batches', async () => {
    const { service } = createTestService();
    await service.logEvent(AUTH_LOGIN_SUCCESS, WEB);
    await service.logEvent(THREAT_SQL_INJECTION, WEB);
    expect(service.getStats()).toMatchObject({
      totalReceived: 2,
      totalProcessed: 1,
      currentQueueSize: 1,
      byPriority: { info: { currentQueueSize: 1 }, critical: { totalProcessed: 1 } },
      totalRejected: 0,
      totalDisabled: 0,
    });
    expect(service.getProcessor().getStats().totalReceived).toBe(2);
  });
});
