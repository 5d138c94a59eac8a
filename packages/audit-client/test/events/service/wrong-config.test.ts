import { describe, expect, test } from 'vitest';
import {
  createSecurityEventService,
  SecurityEventType,
  type SecurityEventServiceConfig,
} from '../../../src/events/index.ts';
import { createRecordingProcessor, createTestService } from '../support/recording-processor.ts';

const { AUTH_LOGIN_FAILURE } = SecurityEventType;

describe('what is wrong', () => {
  const wrong = (config: object): SecurityEventServiceConfig => config;

  test.each([
    [{ enabled: 'yes' }, 'enabled'],
    [{ defaultPriorities: { a: 'urgent' } }, 'defaultPriorities.a'],
    [{ eventTypes: { 'not a type!': {} } }, 'eventTypes.not a type!'],
    [{ eventTypes: { a: { severity: 'bad' } } }, 'eventTypes.a.severity'],
    [{ severityByPriority: { low: 'bad' } }, 'severityByPriority.low'],
    [{ defaultLoggingOptions: { includeHeaders: 1 } }, 'defaultLoggingOptions.includeHeaders'],
    [{ defaultSource: '' }, 'defaultSource'],
    [{ apiPaths: 'api' }, 'apiPaths'],
    [{ adminPaths: 7 }, 'adminPaths'],
    [{ trustProxy: 'somebody' }, 'trustProxy'],
    [{ getUser: 'me' }, 'getUser'],
    [{ handlerTimeout: 0 }, 'handlerTimeout'],
    [{ client: {} }, 'client'],
    [{ name: '' }, 'name'],
    [{ batchProcessing: { maxQueueSize: -1 } }, 'batchProcessing.maxQueueSize'],
    [{ defaultPriority: 'high' }, 'defaultPriority'],
    [{ 'enabled.x': 1 }, 'enabled.x'],
    [{ eventTypes: { a: { prioritty: 'high' } } }, 'eventTypes.a.prioritty'],
    [{ defaultLoggingOptions: { includeHeader: true } }, 'defaultLoggingOptions.includeHeader'],
    [{ batchProcessing: { maxQueueLength: 1 } }, 'batchProcessing.maxQueueLength'],
  ])('%o keeps its default, is named, and loses no event', async (config, path) => {
    const { service, logged } = createTestService(wrong(config));
    expect(service.getIssues().map((issue) => issue.path)).toEqual([path]);
    await service.logEvent(AUTH_LOGIN_FAILURE, 'web');
    expect(await logged()).toHaveLength(1);
  });

  test('batchProcessing that is no object is named by its own path', async () => {
    const service = createSecurityEventService(Object({ batchProcessing: 7, processor: createRecordingProcessor() }));
    expect(service.getIssues().map(({ path }) => path)).toEqual(['batchProcessing']);
    await service.close();
  });

  test('an unknown option leaves the others as they are', async () => {
    const { service, loggedOne } = createTestService(wrong({ defaultPriority: 'high', defaultSource: 'mobile', a: 1 }));
    expect(service.getIssues().map(({ path }) => path)).toEqual(['defaultPriority', 'a']);
    await service.authentication.loginFailure({});
    expect((await loggedOne()).source).toBe('mobile');
  });

  test.each([
    { redaction: { paths: 'a.b' } },
    { redaction: { hash: { key: 'short' } } },
    { redaction: { path: ['a.b'] } },
    { redaction: { hash: { key: 'a key of more than sixteen, short', path: ['a.b'] } } },
    { redaction: 7 },
  ])('%o logs nothing: what should be redacted is not known', async (config) => {
    const { service, logged, warnings } = createTestService(wrong(config));
    const receipt = await service.logEvent(AUTH_LOGIN_FAILURE, 'web', { a: { b: 'secret' } });
    expect(receipt).toMatchObject({
      status: 'rejected',
      reason: 'misconfigured',
      issues: [{ code: expect.any(String) }],
    });
    expect(await logged()).toEqual([]);
    expect(warnings[0]?.message).toBe('security event service has invalid settings: nothing is logged');
    expect(JSON.stringify(warnings)).not.toContain('short');
  });

  test('a configuration that cannot be read throws nothing', async () => {
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('trap');
        },
      },
    );
    for (const config of [trap, null, 7, 'config', []]) {
      const service = createSecurityEventService(Object(config));
      expect((await service.logEvent('a.b', 'web')).status).toMatch(/rejected|buffered/);
      await service.close();
    }
  });
});
