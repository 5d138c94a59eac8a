import { describe, expect, expectTypeOf, test } from 'vitest';
import { type EventReceipt, SecurityEventType } from '../../../src/events/index.ts';
import { createFamilies, toFamilyMethod } from '../../../src/events/service/event-families.ts';
import { createTestService } from '../support/recording-processor.ts';

describe('the methods of event types', () => {
  test('every built-in type has one, which logs that type', async () => {
    const { service, logged } = createTestService();
    for (const type of Object.values(SecurityEventType)) {
      const { family, method } = toFamilyMethod(type) ?? expect.fail(type);
      const log: unknown = Reflect.get(Object(Reflect.get(service, family)), method);
      await Reflect.apply(log as () => Promise<EventReceipt>, undefined, [{ marker: type }]);
    }
    const events = await logged();
    expect(events).toHaveLength(Object.keys(SecurityEventType).length);
    for (const event of events) expect(event.details['marker']).toBe(event.type);
  });

  test('the usual ones, as the compiler knows them', async () => {
    const { service, logged } = createTestService();
    await service.authentication.loginFailure({ userId: 'u-1', reason: 'wrong_password' });
    await service.access.denied({ resourceType: 'invoice', action: 'read' });
    await service.data.exported({ recordCount: 5 }, { priority: 'critical', correlationId: 'c-1', dedupKey: 'd-1' });
    await service.manufacturing.qualityCheck({ stationId: 's-1', result: 'pass' }, { source: 'mobile' });
    await service.device.trustChanged({ device_id: 'd-1' });
    await service.encryption.keyRotated();
    // @ts-expect-error no such type
    expect(service.authentication.loginForgotten).toBeUndefined();
    // @ts-expect-error no such family
    expect(service.weather).toBeUndefined();
    const found = Object.fromEntries((await logged()).map((event) => [event.type, event]));
    expect(found).toMatchObject({
      'auth.login.failure': { source: 'service', details: { userId: 'u-1', reason: 'wrong_password' } },
      'access.denied': { details: { resourceType: 'invoice' } },
      'data.exported': { priority: 'critical', correlationId: 'c-1', dedupKey: 'd-1' },
      'manufacturing.quality_check': { source: 'mobile' },
      'device.trust_changed': { details: { device_id: 'd-1' } },
      'encryption.key_rotated': { details: {} },
    });
  });

  test('with a request, one says what logFromRequest would', async () => {
    const { service, loggedOne } = createTestService();
    const request = { method: 'POST', url: '/api/login', socket: { remoteAddress: '192.0.2.1' }, headers: {} };
    await service.authentication.loginFailure({ userId: 'u-1' }, { request });
    expect(await loggedOne()).toMatchObject({
      source: 'api',
      details: { userId: 'u-1', method: 'POST', path: '/api/login', ipAddress: '192.0.2.1' },
    });
  });

  test('types of the user become methods too', async () => {
    const { service, loggedOne } = createTestService({
      eventTypes: { 'billing.refund.denied': { priority: 'high' }, 'auth.passkey_added': {}, plain: {} },
    });
    expectTypeOf(service.billing.refundDenied).returns.resolves.toEqualTypeOf<EventReceipt>();
    expectTypeOf(service.authentication.passkeyAdded).toBeFunction();
    expectTypeOf(service.authentication.loginFailure).toBeFunction();
    await service.billing.refundDenied({ amount: 7 });
    expect(await loggedOne()).toMatchObject({
      type: 'billing.refund.denied',
      priority: 'high',
      details: { amount: 7 },
    });
  });

  test('a type of the user cannot hide what the service has', async () => {
    const { service } = createTestService({ eventTypes: { 'flush.done': {}, 'close.x': {} } });
    expect(await service.flush()).toEqual({ processed: 0, failed: 0 });
  });

  test.each([
    ['auth.login.failure', 'authentication', 'loginFailure'],
    ['auth.password.reset_requested', 'authentication', 'passwordResetRequested'],
    ['own-family.some_thing.very-odd', 'ownFamily', 'someThingVeryOdd'],
    ['__proto__.polluted', 'Proto', 'polluted'],
  ])('%s is %s.%s', (type, family, method) => expect(toFamilyMethod(type)).toEqual({ family, method }));

  test.each(['plain', '.x', 'x.', ''])('%j is no method', (type) => expect(toFamilyMethod(type)).toBeNull());

  test('hostile names pollute nothing', () => {
    createFamilies(['__proto__.polluted', 'constructor.prototype', 'a.__proto__'], async () => ({
      id: '',
      status: 'disabled',
    }));
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

test('of types that would share a method the last one has it, and it is named', async () => {
  const { service, warnings, logged } = createTestService({
    eventTypes: {
      'billing.refund_denied': {},
      'billing.refund.denied': {},
      'auth.login-failure': {},
      [SecurityEventType.AUTH_LOGIN_SUCCESS]: { priority: 'low' },
    },
  });
  expect(service.getIssues()).toEqual([
    {
      path: 'eventTypes.billing.refund.denied',
      code: 'same_method',
      message: 'billing.refundDenied was that of "billing.refund_denied"',
    },
    {
      path: 'eventTypes.auth.login-failure',
      code: 'same_method',
      message: 'authentication.loginFailure was that of "auth.login.failure"',
    },
  ]);
  expect(warnings).toMatchObject([
    {
      message: 'event types share a method of the service, which logs the last of them',
      facts: { issues: service.getIssues() },
    },
  ]);
  await service.authentication.loginFailure();
  expect((await logged()).map(({ type }) => type)).toEqual(['auth.login-failure']);
});
