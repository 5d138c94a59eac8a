import { describe, expect, test } from 'vitest';
import {
  createSecurityEventService,
  type EventProcessor,
  type EventPriority,
  SecurityEventType,
  type SecurityEventServiceConfig,
} from '../../../src/events/index.ts';
import { createStandInClient } from '../support/stand-in-client.ts';
import { createTestService } from '../support/recording-processor.ts';

const { AUTH_LOGIN_FAILURE, AUTH_LOGIN_SUCCESS } = SecurityEventType;
const request = {
  method: 'GET',
  url: '/api/users',
  headers: { 'user-agent': 'ua', authorization: 'Bearer x', accept: 'text/html', 'x-forwarded-for': '203.0.113.7' },
  socket: { remoteAddress: '10.0.0.1' },
};

async function sourceOf(config: SecurityEventServiceConfig, url: string): Promise<string> {
  const { service, loggedOne } = createTestService(config);
  await service.logFromRequest('a.b', { ...request, url });
  return (await loggedOne()).source;
}

describe('each option has its effect', () => {
  test('enabled: false takes nothing, says so and counts it; true is the default', async () => {
    const { service, logged } = createTestService({ enabled: false });
    let handled = 0;
    service.on('*', () => {
      handled += 1;
    });
    const receipts = [
      await service.logEvent(AUTH_LOGIN_SUCCESS, 'web'),
      await service.logFromRequest(AUTH_LOGIN_SUCCESS, request),
      await service.authentication.loginSuccess(),
    ];
    await service.getEmitter().idle();
    expect(receipts.map((receipt) => receipt.status)).toEqual(['disabled', 'disabled', 'disabled']);
    expect(await logged()).toEqual([]);
    expect(handled).toBe(0);
    expect(service.getStats()).toMatchObject({ totalDisabled: 3, totalReceived: 0 });
    const on = createTestService();
    await on.service.logEvent(AUTH_LOGIN_SUCCESS, 'web');
    expect(await on.logged()).toHaveLength(1);
  });

  test('batchProcessing goes to the batching processor', async () => {
    const { service, processor } = createTestService({ batchProcessing: { maxBatchSize: { info: 2 } } });
    void service.logEvent(AUTH_LOGIN_SUCCESS, 'web');
    await new Promise((resolve) => setImmediate(resolve));
    expect(processor.events).toHaveLength(0);
    void service.logEvent(AUTH_LOGIN_SUCCESS, 'web');
    await new Promise((resolve) => setImmediate(resolve));
    expect(processor.events).toHaveLength(2);
  });

  test('logger is told of troubles with batches', async () => {
    const failing: EventProcessor = { process: () => Promise.reject(new Error('the sink is away')) };
    const { service, warnings } = createTestService({
      processor: failing,
      client: createStandInClient().client,
      batchProcessing: { maxRetryAttempts: 0, maxBatchSize: { critical: 6 }, maxQueueSize: -1 },
    });
    service.getProcessor().on('event:failed', () => {
      throw new Error('of the listener');
    });
    await service.logEvent(SecurityEventType.API_ERROR, 'api');
    expect(warnings.map(({ message }) => message)).toEqual([
      'options of the event processor are invalid and keep their defaults',
      'critical events are batched by more than 5: the first of them waits for the others',
      'an event processor did not take a batch',
      'a listener of the event processor failed',
    ]);
  });

  test('without a logger, that of the client is told of troubles with batches', () => {
    const { client, warnings } = createStandInClient();
    const service = createSecurityEventService({ client, batchProcessing: { maxQueueSize: -1 } });
    service.getProcessor();
    expect(warnings).toHaveLength(1);
  });

  test('defaultPriorities go before the table, and the call before both', async () => {
    const defaultPriorities: Record<string, EventPriority> = { [AUTH_LOGIN_SUCCESS]: 'high', 'own.type': 'low' };
    const { service, logged } = createTestService({
      defaultPriorities,
      eventTypes: { [AUTH_LOGIN_SUCCESS]: { priority: 'medium' } },
    });
    await service.logEvent(AUTH_LOGIN_SUCCESS, 'web');
    await service.logEvent(AUTH_LOGIN_SUCCESS, 'web', {}, { priority: 'critical' });
    await service.logEvent('own.type', 'web');
    expect((await logged()).map(({ type, priority, severity }) => [type, priority, severity])).toEqual([
      [AUTH_LOGIN_SUCCESS, 'high', 'info'],
      [AUTH_LOGIN_SUCCESS, 'critical', 'info'],
      ['own.type', 'low', 'low'],
    ]);
  });

  test('eventTypes replace what the table says, each fact by itself, and add types', async () => {
    const { service, logged } = createTestService({
      eventTypes: {
        [AUTH_LOGIN_FAILURE]: { severity: 'high' },
        [AUTH_LOGIN_SUCCESS]: { category: 'warning', domain: 'account', outcome: null },
        'own.type': { priority: 'low', severity: 'medium', domain: 'compliance', outcome: 'denied' },
      },
    });
    for (const type of [AUTH_LOGIN_FAILURE, AUTH_LOGIN_SUCCESS, 'own.type']) await service.logEvent(type, 'web');
    expect(await logged()).toMatchObject([
      { priority: 'medium', severity: 'high', category: 'warning', domain: 'authentication', outcome: 'failure' },
      { priority: 'low', severity: 'medium', category: 'warning', domain: 'compliance', outcome: 'denied' },
      { priority: 'info', severity: 'info', category: 'warning', domain: 'account', outcome: null },
    ]);
  });

  test('severityByPriority judges types that no table knows', async () => {
    const { service, loggedOne } = createTestService({ severityByPriority: { low: 'critical' } });
    await service.logEvent('own.type', 'web', {}, { priority: 'low' });
    expect(await loggedOne()).toMatchObject({ severity: 'critical', category: 'critical' });
  });

  test('defaultLoggingOptions.includeHeaders keeps the headers, redacted; false is the default, and the call decides', async () => {
    const headersOf = async (config: SecurityEventServiceConfig, includeHeaders?: boolean): Promise<unknown> => {
      const { service, loggedOne } = createTestService(config);
      await service.logFromRequest('a.b', request, {}, { includeHeaders });
      return (await loggedOne()).details['headers'];
    };
    const headers = expect.objectContaining({ accept: 'text/html', authorization: '[REDACTED]' });
    expect(await headersOf({})).toBeUndefined();
    expect(await headersOf({ defaultLoggingOptions: { includeHeaders: true } })).toEqual(headers);
    expect(await headersOf({}, true)).toEqual(headers);
    const { service } = createTestService({ defaultLoggingOptions: { includeHeaders: true } });
    expect(service.getLoggingOptions()).toEqual({ includeHeaders: true });
    expect(createTestService().service.getLoggingOptions()).toEqual({ includeHeaders: false });
    expect(await headersOf({ defaultLoggingOptions: { includeHeaders: true } }, false)).toBeUndefined();
  });

  test('defaultSource is the source of the typed methods; service is the default', async () => {
    for (const [config, source] of [
      [{ defaultSource: 'mobile' }, 'mobile'],
      [{}, 'service'],
    ] as const) {
      const { service, loggedOne } = createTestService(config);
      await service.data.read();
      expect((await loggedOne()).source).toBe(source);
    }
  });

  test.each([
    [{}, '/api/users?admin=1', 'api'],
    [{}, '/apiary', 'web'],
    [{}, '/admin', 'admin'],
    [{}, '/api/admin/users', 'admin'],
    [{}, '/', 'web'],
    [{ apiPaths: '/v1' }, '/v1/users', 'api'],
    [{ apiPaths: ['/v1', '/v2'] }, '/v2', 'api'],
    [{ apiPaths: ['/v1'] }, '/api', 'web'],
    [{ adminPaths: '/back' }, '/back/x', 'admin'],
    [{ adminPaths: '/back' }, '/admin', 'web'],
    [{ apiPaths: (path: string) => path.endsWith('.json') }, '/data.json', 'api'],
    [{ adminPaths: () => true }, '/', 'admin'],
  ] satisfies [SecurityEventServiceConfig, string, string][])(
    'apiPaths, adminPaths: %o makes %s %s',
    async (config, url, source) => {
      expect(await sourceOf(config, url)).toBe(source);
    },
  );

  test('trustProxy says whose X-Forwarded-For counts; without it nobody is believed', async () => {
    const addressOf = async (config: SecurityEventServiceConfig, about: object = {}): Promise<unknown> => {
      const { service, loggedOne } = createTestService(config);
      await service.logFromRequest('a.b', { ...request, ...about });
      return (await loggedOne()).details['ipAddress'];
    };
    expect(await addressOf({})).toBe('10.0.0.1');
    expect(await addressOf({ trustProxy: ['10.0.0.0/8'] })).toBe('203.0.113.7');
    expect(await addressOf({ trustProxy: ['192.168.0.0/16'] })).toBe('10.0.0.1');
    const app = { settings: { 'trust proxy fn': () => true } };
    expect(await addressOf({}, { app })).toBe('203.0.113.7');
    expect(await addressOf({ trustProxy: false }, { app })).toBe('10.0.0.1');
  });

  test('getUser says who it was; request.user.id is the default', async () => {
    const userOf = async (config: SecurityEventServiceConfig): Promise<unknown> => {
      const { service, loggedOne } = createTestService(config);
      await service.logFromRequest('a.b', { ...request, user: { id: 'u-1' } });
      const { userId, sessionId, tenantId } = (await loggedOne()).details;
      return [userId, sessionId, tenantId];
    };
    expect(await userOf({})).toEqual(['u-1', undefined, undefined]);
    expect(await userOf({ getUser: () => 17 })).toEqual([17, undefined, undefined]);
    expect(await userOf({ getUser: () => ({ id: 'u', sessionId: 's', tenantId: 't' }) })).toEqual(['u', 's', 't']);
    expect(await userOf({ getUser: () => null })).toEqual([undefined, undefined, undefined]);
  });

  test('redaction', async () => {
    const hash = { key: 'a key of more than sixteen', keys: ['email'] };
    const { service, loggedOne } = createTestService({ redaction: { keys: ['iban'], paths: ['a.b'], hash } });
    await service.logEvent('a.b', 'web', { iban: 'x', a: { b: 1, c: 2 }, email: 'a@b' });
    expect((await loggedOne()).details).toEqual({
      iban: '[REDACTED]',
      a: { b: '[REDACTED]', c: 2 },
      email: expect.stringMatching(/^hmac-sha256:[0-9a-f]{32}$/),
    });
  });

  test('handlerTimeout', async () => {
    const { service } = createTestService({ handlerTimeout: 10 });
    service.on('*', () => new Promise(() => undefined));
    await service.logEvent('a.b', 'web');
    await service.getEmitter().idle();
    expect(service.getStats().handlers.handlers[0]?.timedOut).toBe(1);
  });

  test('logger hears of troubles', async () => {
    const { service, warnings } = createTestService();
    service.on('*', () => {
      throw new Error('of the handler');
    });
    await service.logEvent('a.b', 'web');
    await service.getEmitter().idle();
    expect(warnings.map(({ message }) => message)).toEqual(['a handler of security events failed']);
  });
});
