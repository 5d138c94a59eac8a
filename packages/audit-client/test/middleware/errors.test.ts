import type { NextFunction, Request, Response } from 'express';
import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

class TeapotError extends Error {
  override readonly name = 'TeapotError';
  readonly status = 418;
  readonly code = 'SHORT_AND_STOUT';
}

describe.each(EXPRESS_VERSIONS)('errors in $name', ({ express }) => {
  async function start(options: SecurityEventsMiddlewareOptions = {}) {
    const log = createEventLog();
    const seen: unknown[] = [];
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, ...options });
    const app = express();
    app.use(events);
    app.get('/status/:status', (request, response) => void response.status(Number(request.params.status)).send('x'));
    app.get(
      '/api/status/:status',
      (request, response) => void response.status(Number(request.params.status)).send('x'),
    );
    app.get('/throw', () => {
      throw new TeapotError('no coffee');
    });
    const router = express.Router();
    router.get('/things/:id', (_request, _response, next) => next(new TeapotError('no thing')));
    router.get('/late', (_request, response, next) => {
      response.send('sent');
      response.on('finish', () => next(new TeapotError('too late')));
    });
    // The router has an error handler of its own, so that one error passes two of ours.
    router.use(events.errorHandler);
    app.use('/v1', router);
    app.get('/half', (_request, response, next) => {
      response.write('half');
      next(new TeapotError('in the middle'));
    });
    app.get('/upstream', (_request, _response, next) => next(Object.assign(new Error('gone'), { code: 'ECONNRESET' })));
    app.use(events.errorHandler);
    app.use((error: Error, _request: Request, response: Response, next: NextFunction) => {
      seen.push(error);
      if (response.headersSent) next(error);
      else response.status('status' in error ? Number(error.status) : 500).send('handled');
    });
    return { ...(await serve(app)), log, events, seen };
  }

  test('a thrown error is one event with its name, message and code, and goes its way unchanged', async () => {
    const { url, log, seen } = await start();
    const answer = await fetch(`${url}/throw`);
    expect([answer.status, await answer.text()]).toEqual([418, 'handled']);
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({
      type: 'api.error',
      source: 'web',
      options: { priority: 'high' },
      details: {
        status: 418,
        outcome: 'failure',
        route: '/throw',
        error: { name: 'TeapotError', message: 'no coffee', code: 'SHORT_AND_STOUT' },
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeInstanceOf(TeapotError);
  });

  test('an error that passes two error handlers is told once, with the whole route', async () => {
    const { url, log } = await start();
    await fetch(`${url}/v1/things/4`);
    await fetch(`${url}/throw`);
    const events = await log.waitFor(2);
    expect(events.map(({ details }) => details['route'])).toEqual(['/v1/things/:id', '/throw']);
  });

  test('an answer of 500 and above is an error, thrown or not, and below it is none', async () => {
    const { url, log } = await start();
    for (const status of [200, 404, 499, 500, 503]) await fetch(`${url}/status/${status}`);
    const events = await log.waitFor(2);
    expect(events.map(({ type, details }) => [type, details['status']])).toEqual([
      ['api.error', 500],
      ['api.error', 503],
    ]);
  });

  test('errorStatusFrom moves the border, but refusals keep their types', async () => {
    const { url, log } = await start({ errorStatusFrom: 400 });
    for (const status of [399, 400, 401, 404]) await fetch(`${url}/status/${status}`);
    const events = await log.waitFor(3);
    expect(events.map(({ type, details }) => [type, details['status']])).toEqual([
      ['api.error', 400],
      ['access.unauthenticated', 401],
      ['api.error', 404],
    ]);
  });

  test.each([
    [401, 'access.unauthenticated'],
    [403, 'access.denied'],
    [429, 'api.rate_limit.exceeded'],
  ])('an answer of %i is of the type %s, on any path, with the priority of its type', async (status, type) => {
    const { url, log } = await start();
    await fetch(`${url}/status/${status}`);
    await fetch(`${url}/api/status/${status}`);
    const events = await log.waitFor(2);
    expect(events.map((event) => [event.type, event.source, event.details['outcome']])).toEqual([
      [type, 'web', 'denied'],
      [type, 'api', 'denied'],
    ]);
    expect(events[0]?.options).not.toHaveProperty('priority');
  });

  test('errorPriority is the priority of errors', async () => {
    const { url, log } = await start({ errorPriority: 'critical' });
    await fetch(`${url}/throw`);
    expect((await log.waitFor(1))[0]?.options.priority).toBe('critical');
  });

  test('logErrors false leaves errors to the other switches, as plain requests', async () => {
    const { url, log } = await start({ logErrors: false });
    for (const path of ['/throw', '/status/500', '/status/403', '/api/status/500', '/api/status/403']) {
      await fetch(url + path);
    }
    const events = await log.waitFor(2);
    expect(events.map(({ type, details }) => [type, details['path']])).toEqual([
      ['api.request', '/api/status/500'],
      ['access.denied', '/api/status/403'],
    ]);
  });

  test('an error after the answer is an event of its own, and its answer stays what it was', async () => {
    const { url, log } = await start({ logAllRequests: true });
    const answer = await fetch(`${url}/v1/late`);
    expect([answer.status, await answer.text()]).toEqual([200, 'sent']);
    await log.waitFor(2);
    await fetch(`${url}/status/200`);
    expect((await log.waitFor(3)).map(({ type, details }) => [type, details['status'], details['path']])).toEqual([
      ['api.request', 200, '/v1/late'],
      ['api.error', 200, '/v1/late'],
      ['api.request', 200, '/status/200'],
    ]);
  });

  test('an error in the middle of an answer is one event, and says that the answer was cut off', async () => {
    const { url, log } = await start();
    await expect(fetch(`${url}/half`).then((answer) => answer.text())).rejects.toThrow('terminated');
    await fetch(`${url}/throw`);
    const events = await log.waitFor(2);
    expect(events[0]).toMatchObject({
      type: 'api.error',
      details: { status: 200, aborted: true, error: { message: 'in the middle' }, responseBytes: 4 },
    });
  });

  test('a connection of the handler that broke is an error, though it has the code of a client that has gone', async () => {
    const { url, log } = await start();
    await fetch(`${url}/upstream`);
    expect((await log.waitFor(1))[0]).toMatchObject({ type: 'api.error', details: { error: { code: 'ECONNRESET' } } });
  });

  test('without the middleware before it the error handler tells the error all the same', async () => {
    const log = createEventLog();
    const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false });
    const app = express();
    app.get('/throw', () => {
      throw new TeapotError('no coffee');
    });
    app.use(events.errorHandler);
    const { url } = await serve(app);
    expect((await fetch(`${url}/throw`)).status).toBe(418);
    const [event] = await log.waitFor(1);
    expect(event).toMatchObject({ type: 'api.error', details: { durationMs: null, error: { message: 'no coffee' } } });
  });
});

describe('hostile errors', () => {
  const hostile: readonly (readonly [string, unknown, object])[] = [
    ['a text', 'plain text', { name: 'string', message: 'plain text' }],
    ['a number', 42, { name: 'number', message: '' }],
    ['a revoked Proxy', revoked(), { name: 'Error', message: '' }],
    ['getters that throw', throwing(), { name: 'Error', message: '' }],
    ['a message of 10 MB', new Error('x'.repeat(10_000_000)), { name: 'Error', message: 'x'.repeat(1000) }],
    ['a name that is no text', Object.assign(new Error('m'), { name: { toString: () => 'no' } }), { message: 'm' }],
  ];

  function revoked(): unknown {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  function throwing(): unknown {
    const broken = {};
    for (const key of ['name', 'message', 'code', 'status', 'stack', 'type']) {
      Object.defineProperty(broken, key, {
        get() {
          throw new Error('getter');
        },
      });
    }
    return broken;
  }

  test.each(hostile)('%s is told within bounds and handed on as it is', async (_name, thrown, expected) => {
    for (const { express } of EXPRESS_VERSIONS) {
      const log = createEventLog();
      const seen: unknown[] = [];
      const events = createSecurityEventsMiddleware({ service: log, flushOnShutdown: false });
      const app = express();
      app.use(events);
      app.get('/', (_request, _response, next) => next(thrown));
      app.use(events.errorHandler);
      app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        seen.push(error);
        response.status(500).send('handled');
      });
      const { url } = await serve(app);
      expect((await fetch(url)).status).toBe(500);
      const [event] = await log.waitFor(1);
      expect(event?.details['error']).toMatchObject(expected);
      expect(seen[0] === thrown).toBe(true);
    }
  });
});
