import { HOSTILE_METADATA } from '@auditlane/testkit';
import { describe, expect, test } from 'vitest';
import { createTestService } from '../support/recording-processor.ts';

const trap = (): never => {
  throw new Error('trap');
};
const TRAPS: ProxyHandler<object> = {
  get: trap,
  has: trap,
  ownKeys: trap,
  getOwnPropertyDescriptor: trap,
  getPrototypeOf: trap,
};
const trapped = (): object => new Proxy({}, TRAPS);

/** A request of which each property throws when it is read. */
function throwingRequest(): object {
  const names = ['method', 'url', 'originalUrl', 'baseUrl', 'route', 'headers', 'socket', 'app', 'user', 'id', 'res'];
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get: trap }])));
}

// A million keys take a second to be listed; what becomes of them is the copy's affair, and tested there.
const HOSTILE = Object.entries(HOSTILE_METADATA).filter(([name]) => name !== 'a million keys');

describe.each(HOSTILE)('%s', (_name, { row, make }) => {
  test(`row ${row}: as details, the event is logged`, async () => {
    const { service, logged } = createTestService();
    const details = make();
    const receipts = await Promise.all([
      Reflect.apply(service.logEvent, service, ['a.b', 'web', details]),
      Reflect.apply(service.logEvent, service, ['a.b', 'web', { inner: details }]),
      Reflect.apply(service.logFromRequest, service, ['a.b', { url: '/' }, details]),
      Reflect.apply(service.authentication.loginFailure, service, [details]),
    ]);
    expect(receipts.map((receipt) => receipt.status)).toEqual(['buffered', 'buffered', 'buffered', 'buffered']);
    const events = await logged();
    expect(events).toHaveLength(4);
    expect(() => JSON.stringify(events)).not.toThrow();
  });

  test(`row ${row}: as a request and as a property of one, the event is logged`, async () => {
    const { service, logged } = createTestService();
    const value = make();
    const requests = [
      value,
      { headers: value, url: value, socket: value, user: value, res: value, route: { path: value } },
    ];
    for (const request of requests) {
      const receipt = await Reflect.apply(service.logFromRequest, service, [
        'a.b',
        request,
        {},
        { includeHeaders: true },
      ]);
      expect(receipt.status).toBe('buffered');
    }
    expect(await logged()).toHaveLength(2);
  });
});

describe('hostile requests', () => {
  test.each([
    ['of which each property throws', throwingRequest()],
    ['that is a trap', trapped()],
    [
      'whose parts are traps',
      { headers: trapped(), socket: trapped(), user: trapped(), res: trapped(), route: trapped(), app: trapped() },
    ],
    ['that is none', null],
    ['that is a text', 'GET / HTTP/1.1'],
    ['with a URL of a megabyte', { url: `/${'x'.repeat(1_048_576)}`, headers: {} }],
    ['with invalid UTF-16', { url: '/\ud800', headers: { 'user-agent': '\udfff', host: '\0' } }],
    ['with prototype keys', { url: '/', headers: JSON.parse('{"__proto__":"a","constructor":"b","user-agent":"ua"}') }],
    [
      'with a flood of headers',
      { url: '/', headers: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`h${n}`, 'v'])) },
    ],
  ])('a request %s', async (_name, request) => {
    const { service, loggedOne } = createTestService();
    const receipt = await Reflect.apply(service.logFromRequest, service, [
      'a.b',
      request,
      { kept: 1 },
      { includeHeaders: true },
    ]);
    expect(receipt.status).toBe('buffered');
    const event = await loggedOne();
    expect(event.details['kept']).toBe(1);
    expect(JSON.stringify(event).length).toBeLessThan(140_000);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('a getUser that throws, rejects or answers a trap costs the event nothing', async () => {
    const { service, logged } = createTestService({ getUser: trap });
    await service.logFromRequest('a.b', { url: '/' });
    expect(await logged()).toHaveLength(1);
    const rejecting = createTestService(Object({ getUser: () => Promise.reject(new Error('later')) }));
    await rejecting.service.logFromRequest('a.b', { url: '/' });
    expect(await rejecting.logged()).toHaveLength(1);
    const answering = createTestService(Object({ getUser: trapped }));
    await answering.service.logFromRequest('a.b', { url: '/' });
    expect(await answering.logged()).toHaveLength(1);
  });
});

describe('hostile options', () => {
  test.each([
    ['traps', trapped()],
    ['a text', 'high'],
    ['null', null],
    ['nonsense', { priority: {}, severity: [], correlationId: {}, dedupKey: 7, occurredAt: Number.NaN, source: {} }],
  ])('%s: the event is logged as if they had not been given', async (_name, options) => {
    const { service, logged } = createTestService();
    for (const [method, args] of [
      [service.logEvent, ['a.b', 'web', {}, options]],
      [service.logFromRequest, ['a.b', { url: '/' }, {}, options]],
      [service.data.read, [{}, options]],
    ] as const) {
      const receipt = await Reflect.apply(
        method as (...values: readonly unknown[]) => Promise<{ status: string }>,
        service,
        args,
      );
      expect(receipt.status).toBe('buffered');
    }
    expect(await logged()).toHaveLength(3);
  });

  test('a megabyte of type, source, correlation and key is cut', async () => {
    const { service, loggedOne } = createTestService();
    const long = 'x'.repeat(1_048_576);
    await service.logEvent(long, long, {}, { correlationId: long, dedupKey: long });
    const { type, source, correlationId, dedupKey } = await loggedOne();
    expect([type, source, correlationId].map((text) => text?.length)).toEqual([255, 255, 255]);
    expect(dedupKey).toHaveLength(1024);
  });

  test('what somebody put on Object.prototype is no detail and no option', async () => {
    const { service, loggedOne } = createTestService();
    Object.defineProperty(Object.prototype, 'userId', {
      value: 'attacker',
      configurable: true,
      enumerable: true,
      writable: true,
    });
    try {
      await service.logEvent('a.b', 'web', { a: 1 });
      expect(Object.keys((await loggedOne()).details)).toEqual(['a']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'userId');
    }
  });
});

test('row 13: an option that throws what cannot be read costs the option, not the call', async () => {
  const { service, logged } = createTestService();
  const hidden: unknown = new Proxy(new Error('x'), TRAPS);
  const evil = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw hidden;
      },
    },
  );
  for (const name of ['priority', 'severity', 'correlationId', 'dedupKey', 'occurredAt', 'source', 'includeHeaders']) {
    const receipt = await Reflect.apply(service.logFromRequest, service, ['a.b', { url: '/' }, {}, { [name]: evil }]);
    expect(receipt).toMatchObject({ status: 'buffered' });
  }
  expect(await logged()).toHaveLength(7);
});
