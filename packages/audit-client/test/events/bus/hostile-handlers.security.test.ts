import { expect, test } from 'vitest';
import { createTestService } from '../support/recording-processor.ts';

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const withObject = (): Error => Object.assign(new Error('x'), { message: { code: 7 } });

/** A promise that throws when another one is made of it. */
function withoutConstructor(): Promise<void> {
  return Object.defineProperty(Promise.resolve(), 'constructor', {
    get() {
      throw withObject();
    },
  });
}

test.each<readonly [string, () => unknown]>([
  [
    'throws an Error whose message is an object',
    () => {
      throw withObject();
    },
  ],
  ['rejects with an Error whose message is an object', () => Promise.reject(withObject())],
  [
    'throws a revoked Proxy',
    () => {
      throw revoked();
    },
  ],
  ['rejects with a revoked Proxy', () => Promise.reject(revoked() as Error)],
  [
    'answers a thenable that throws',
    () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- the thenable is the subject of the test
      then() {
        throw withObject();
      },
    }),
  ],
])('row 13: a handler that %s is a failed call, and the process goes on', async (_name, handler) => {
  const { service, loggedOne } = createTestService();
  service.on('*', handler);
  await service.logEvent('a.b', 'web', {}, { priority: 'high' });
  await service.getEmitter().idle();
  expect(service.getStats().handlers.handlers).toMatchObject([{ calls: 1, failed: 1, running: 0, timedOut: 0 }]);
  expect(await loggedOne()).toMatchObject({ type: 'a.b' });
});

test('row 13: a promise that cannot be wrapped ends its call once', async () => {
  const { service } = createTestService();
  service.on('*', withoutConstructor);
  await service.logEvent('a.b', 'web', {}, { priority: 'high' });
  await service.getEmitter().idle();
  expect(service.getStats().handlers.handlers).toMatchObject([{ calls: 1, failed: 1, running: 0, timedOut: 0 }]);
});

test('row 16: a handler that rewrites its event changes neither what is stored nor what the others get', async () => {
  const { service, loggedOne } = createTestService();
  const seen: unknown[] = [];
  service.on('*', (event) => {
    delete (event.details as Record<string, unknown>)['userId'];
  });
  service.on('*', (event) => {
    Object.assign(event.details['nested'] as object, { role: 'nobody' });
  });
  service.on('*', (event) => {
    Object.assign(event, { type: 'c.d' });
  });
  service.on('*', (event) => void seen.push(event));
  await service.logEvent('a.b', 'web', { userId: 'u-17', nested: { role: 'admin' } });
  await service.getEmitter().idle();
  const expected = { type: 'a.b', details: { userId: 'u-17', nested: { role: 'admin' } } };
  expect(seen).toMatchObject([expected]);
  expect(await loggedOne()).toMatchObject(expected);
});
