import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import { createEventLog, type LoggedEvent } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

type Helper = ReturnType<SecurityEventsMiddleware['authentication']>;

describe.each(EXPRESS_VERSIONS)('helpers in $name', ({ express }) => {
  async function told(
    make: (events: SecurityEventsMiddleware) => Helper | readonly Helper[],
    { status = 200, method = 'POST', path = '/route', logErrors = true, installed = true } = {},
  ): Promise<readonly LoggedEvent[]> {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, logErrors });
    const app = express();
    if (installed) app.use(events);
    app.all(
      path,
      express.json(),
      ...[make(events)].flat(),
      (_request, response) => void response.status(status).send('x'),
    );
    app.get('/api/end', (_request, response) => void response.send('x'));
    app.use(events.errorHandler);
    const { url } = await serve(app);
    await fetch(url + path, {
      method,
      ...(method === 'POST' ? { body: '{"user":"ada"}', headers: { 'content-type': 'application/json' } } : {}),
    });
    if (installed) {
      await fetch(`${url}/api/end`);
      return (await log.waitFor(1)).filter(({ details }) => details['path'] !== '/api/end');
    }
    return log.waitFor(1);
  }

  test.each([
    ['login', 200, 'auth.login.success'],
    ['login', 302, 'auth.login.success'],
    ['login', 401, 'auth.login.failure'],
    ['login', 400, 'auth.login.failure'],
    ['login', 429, 'api.rate_limit.exceeded'],
    ['login', 500, 'api.error'],
    ['logout', 204, 'auth.logout'],
    ['logout', 401, 'access.unauthenticated'],
    ['mfa', 200, 'auth.mfa.success'],
    ['mfa', 403, 'auth.mfa.failure'],
    ['password_change', 200, 'auth.password.changed'],
    ['password_reset', 200, 'auth.password.reset'],
    ['password_reset_request', 202, 'auth.password.reset_requested'],
    ['token', 200, 'auth.token.issued'],
    ['token', 401, 'auth.token.rejected'],
    ['token_refresh', 200, 'auth.token.refreshed'],
  ] as const)('authentication: %s that ends with %i is %s, and nothing else', async (action, status, type) => {
    const events = await told(({ authentication }) => authentication({ action }), { status });
    expect(events.map((event) => event.type)).toEqual([type]);
    expect(events[0]?.details).toMatchObject({ method: 'POST', route: '/route', status, ipAddress: '127.0.0.1' });
  });

  test('authentication is a login by default, and says who it was about', async () => {
    const [event] = await told(
      ({ authentication }) =>
        authentication({
          userId: (request: Request) => (request.body as { user: string }).user,
          username: 'typed',
          details: () => ({ authMethod: 'password' }),
          priority: 'critical',
        }),
      { status: 401 },
    );
    expect(event).toMatchObject({
      type: 'auth.login.failure',
      options: { priority: 'critical' },
      details: { userId: 'ada', username: 'typed', authMethod: 'password' },
    });
    // The catalogue of the service says how such an event ended; "denied", as of any 401, would be wrong.
    expect(event?.details['outcome']).toBeUndefined();
  });

  test('permission: a refusal names the right, a grant is told only when asked for', async () => {
    const options = {
      permission: 'orders:write',
      resourceType: 'order',
      resourceId: (request: Request) => request.path,
    };
    const [denied] = await told(({ permission }) => permission(options), { status: 403 });
    expect(denied).toMatchObject({
      type: 'access.denied',
      details: { requiredPermission: 'orders:write', resourceType: 'order', resourceId: '/route' },
    });
    expect(await told(({ permission }) => permission('orders:write'))).toEqual([]);
    const [granted] = await told(({ permission }) => permission({ ...options, logGranted: true }));
    expect(granted).toMatchObject({ type: 'access.granted', details: { requiredPermission: 'orders:write' } });
    const [short] = await told(({ permission }) => permission('orders:write'), { status: 403, logErrors: false });
    expect(short).toMatchObject({ type: 'access.denied', details: { requiredPermission: 'orders:write' } });
  });

  test.each([
    ['GET', undefined, 'data.read'],
    ['HEAD', undefined, 'data.read'],
    ['POST', undefined, 'data.created'],
    ['PUT', undefined, 'data.modified'],
    ['PATCH', undefined, 'data.modified'],
    ['DELETE', undefined, 'data.deleted'],
    ['GET', 'export', 'data.exported'],
    ['POST', 'read', 'data.read'],
  ] as const)('data access: %s with the action %s is %s', async (method, action, type) => {
    const events = await told(
      ({ dataAccess }) => dataAccess({ resourceType: 'invoice', resourceId: 7, recordCount: () => 3, action }),
      { method },
    );
    expect(events).toMatchObject([{ type, details: { resourceType: 'invoice', resourceId: 7, recordCount: 3 } }]);
  });

  test('data access that is refused or fails keeps its type and names the data', async () => {
    for (const [status, type] of [
      [403, 'access.denied'],
      [500, 'api.error'],
    ] as const) {
      const [event] = await told(({ dataAccess }) => dataAccess('invoice'), { status });
      expect(event).toMatchObject({ type, details: { resourceType: 'invoice' } });
    }
  });

  test('manufacturing: stations, quality checks and equipment have their types', async () => {
    const cases: readonly (readonly [(events: SecurityEventsMiddleware) => Helper, string, object])[] = [
      [
        ({ manufacturing }) =>
          manufacturing.station({ stationId: 'S1', operation: 'weld', productId: 5, batchId: 'B' }),
        'manufacturing.station_operation',
        { stationId: 'S1', operation: 'weld', productId: 5, batchId: 'B' },
      ],
      [
        ({ manufacturing }) => manufacturing.qualityCheck({ productId: 5 }),
        'manufacturing.quality_check',
        { productId: 5, result: 'passed' },
      ],
      [
        ({ manufacturing }) =>
          manufacturing.qualityCheck({ productId: 5, stationId: 'S', batchId: 'B', passed: () => false }),
        'manufacturing.quality_failure',
        { productId: 5, stationId: 'S', batchId: 'B', result: 'failed' },
      ],
      [
        ({ manufacturing }) => manufacturing.equipment({ equipmentId: 'E1', operation: 'start', stationId: 'S' }),
        'manufacturing.equipment_operation',
        { equipmentId: 'E1', operation: 'start', stationId: 'S' },
      ],
      [
        ({ manufacturing }) => manufacturing.equipment({ equipmentId: 'E1', isFault: true }),
        'manufacturing.equipment_fault',
        { equipmentId: 'E1' },
      ],
    ];
    for (const [make, type, details] of cases) {
      expect(await told(make)).toMatchObject([{ type, details }]);
      expect(await told(make, { status: 500 })).toMatchObject([{ type: 'api.error', details }]);
    }
  });

  test('several helpers on one route make one event: the first type, the details of all', async () => {
    const events = await told(({ permission, dataAccess }) => [permission('invoice:read'), dataAccess('invoice')]);
    expect(events).toMatchObject([
      { type: 'data.created', details: { requiredPermission: 'invoice:read', resourceType: 'invoice' } },
    ]);
  });

  test('a helper logs on an excluded path and without the middleware, too', async () => {
    expect(await told(({ authentication }) => authentication(), { path: '/health' })).toMatchObject([
      { type: 'auth.login.success' },
    ]);
    expect(await told(({ authentication }) => authentication(), { installed: false })).toMatchObject([
      { type: 'auth.login.success', details: { durationMs: null, status: 200 } },
    ]);
  });

  test('a detail that throws costs the details, not the event and not the answer', async () => {
    const [event] = await told(({ permission }) =>
      permission({
        permission: 'x',
        logGranted: true,
        details: () => {
          throw new Error('broken');
        },
      }),
    );
    expect(event).toMatchObject({ type: 'access.granted', details: { status: 200 } });
  });
});

test.each([
  ['authentication', { action: 'sign-in' }, 'action is not known'],
  ['authentication', { user: 'x' }, 'Unrecognized key: "user"'],
  ['permission', {}, 'permission is required'],
  ['permission', { permission: 'x', logGranted: 'yes' }, 'logGranted'],
  ['dataAccess', { resourceType: 'x', action: 'peek' }, 'action is not known'],
  ['dataAccess', { resourceType: {} }, 'resourceType must be'],
  ['authentication', { priority: 'urgent' }, 'priority must be'],
  ['authentication', { details: {} }, 'details must be'],
] as const)('a bad option of %s is told when the route is made: %j', (helper, options, message) => {
  const events = createSecurityEventsMiddleware({ service: createEventLog(), flushOnShutdown: false });
  const make = events[helper] as (given: unknown) => unknown;
  expect(() => make(options)).toThrow(message);
});

test('bad options of the manufacturing helpers are told when the route is made', () => {
  const { manufacturing } = createSecurityEventsMiddleware({ service: createEventLog(), flushOnShutdown: false });
  expect(() => manufacturing.station({ stationId: 'S' } as never)).toThrow('operation is required');
  expect(() => manufacturing.equipment({ equipmentId: null })).toThrow('equipmentId is required');
  expect(() => manufacturing.qualityCheck({ passed: 'yes' } as never)).toThrow('passed must be');
});
