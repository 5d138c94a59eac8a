import { describe, expect, test } from 'vitest';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import type { UserAnswer } from '../../src/middleware/user-lookup.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

type GetUser = () => UserAnswer | Promise<UserAnswer>;

describe.each(EXPRESS_VERSIONS)('the user of a request in $name', ({ express }) => {
  async function start(options: SecurityEventsMiddlewareOptions = {}) {
    const log = createEventLog();
    const warnings: string[] = [];
    const events = createSecurityEventsMiddleware({
      service: log,
      flushOnShutdown: false,
      logger: { warn: (_facts, message) => void warnings.push(message) },
      ...options,
    });
    const app = express();
    app.use(events);
    app.use((request, _response, next) => {
      Object.assign(request, { user: { id: 'u-17', password: 'no' } });
      next();
    });
    app.get('/api/x', (_request, response) => void response.send('x'));
    return { ...(await serve(app)), log, events, warnings };
  }

  test('is request.user.id unless told otherwise, as it is at the end of the request', async () => {
    const { url, log } = await start();
    await fetch(`${url}/api/x`);
    expect((await log.waitFor(1))[0]?.details['userId']).toBe('u-17');
  });

  test.each<[string, GetUser, object]>([
    ['a text', () => 'u-1', { userId: 'u-1' }],
    ['a number', () => 7, { userId: 7 }],
    ['a promise', () => Promise.resolve('u-2'), { userId: 'u-2' }],
    [
      'an object',
      () => ({ id: 'u-3', sessionId: 's', tenantId: 't', more: 1 }),
      { userId: 'u-3', sessionId: 's', tenantId: 't' },
    ],
  ])('is what getUser answers: %s', async (_name, getUser, expected) => {
    const { url, log } = await start({ getUser });
    await fetch(`${url}/api/x`);
    const [event] = await log.waitFor(1);
    expect(event?.details).toMatchObject(expected);
    expect(event?.details).not.toHaveProperty('more');
    expect(event?.details).not.toHaveProperty('userLookup');
  });

  test.each<[string, GetUser]>([
    ['null', () => null],
    ['an empty text', () => ''],
    ['NaN', () => Number.NaN],
    ['an object without an id', () => ({})],
  ])('is unknown when getUser answers %s', async (_name, getUser) => {
    const { url, log } = await start({ getUser });
    await fetch(`${url}/api/x`);
    expect((await log.waitFor(1))[0]?.details).not.toHaveProperty('userId');
  });

  test.each<[string, GetUser]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'answers what throws when it is read',
      () =>
        // oxlint-disable-next-line unicorn/no-thenable -- the very thing to be met
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('broken');
          },
        }),
    ],
  ])('costs no event and no answer when getUser %s', async (_name, getUser) => {
    const { url, log, warnings } = await start({ getUser });
    const answer = await fetch(`${url}/api/x`);
    expect([answer.status, await answer.text()]).toEqual([200, 'x']);
    expect((await log.waitFor(1))[0]?.details).toMatchObject({ userLookup: 'failed', status: 200 });
    expect(warnings).toEqual(['getUser of the security events middleware failed']);
  });

  test('a getUser that hangs delays no answer, and the event goes without it after userTimeoutMs', async () => {
    const { url, log } = await start({ getUser: () => new Promise(() => undefined), userTimeoutMs: 20 });
    const answer = await fetch(`${url}/api/x`);
    expect(await answer.text()).toBe('x');
    expect((await log.waitFor(1))[0]?.details).toMatchObject({ userLookup: 'timed_out', status: 200 });
  });

  test('flush waits for the users that are being looked up, then flushes the service', async () => {
    const lookup = Promise.withResolvers<string>();
    const { url, log, events } = await start({ getUser: () => lookup.promise });
    await fetch(`${url}/api/x`);
    const flushed = events.flush();
    expect(log.events).toEqual([]);
    lookup.resolve('u-late');
    await flushed;
    expect(log.events[0]?.details['userId']).toBe('u-late');
    expect(log.flushes.count).toBe(1);
    await events.close();
    expect(log.flushes.count).toBe(2);
  });

  test('close drains a service that can be drained, and flush only flushes it', async () => {
    const { log, events } = await start({});
    let drains = 0;
    Object.assign(log, { drain: () => Promise.resolve(void (drains += 1)) });
    await events.flush();
    expect([log.flushes.count, drains]).toEqual([1, 0]);
    await events.close();
    expect([log.flushes.count, drains]).toEqual([1, 1]);
  });

  test('more than a thousand lookups at once are not waited for, so that memory stays bounded', async () => {
    const { url, log } = await start({ getUser: () => new Promise(() => undefined), userTimeoutMs: 60_000 });
    for (let sent = 0; sent < 1010; sent += 101) {
      await Promise.all(Array.from({ length: 101 }, async () => (await fetch(`${url}/api/x`)).text()));
    }
    const events = await log.waitFor(10);
    expect(events.every(({ details }) => details['userLookup'] === 'timed_out')).toBe(true);
  });
});

test('a service that throws or rejects breaks no answer and is warned of', async () => {
  for (const { express } of EXPRESS_VERSIONS) {
    for (const logEvent of [
      () => {
        throw new Error('broken');
      },
      () => Promise.reject(new Error('broken')),
    ]) {
      const warned = Promise.withResolvers<string>();
      const app = express();
      app.use(
        createSecurityEventsMiddleware({
          service: { logEvent },
          flushOnShutdown: false,
          logger: { warn: (_facts, message) => warned.resolve(message) },
        }),
      );
      app.get('/api/x', (_request, response) => void response.send('x'));
      const { url } = await serve(app);
      expect(await (await fetch(`${url}/api/x`)).text()).toBe('x');
      expect(await warned.promise).toBe('security events middleware could not log a request');
    }
  }
});
