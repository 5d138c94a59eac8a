import { buildEvent, useRedis } from '@auditlane/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuditLogger } from '../src/audit-logger.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(() => void vi.restoreAllMocks());

/** What a vulnerable library elsewhere in the application does to every object. */
function pollute(name: string, value: unknown): Disposable {
  Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true });
  return { [Symbol.dispose]: () => void Reflect.deleteProperty(Object.prototype, name) };
}

describe('row 15: an Object.prototype that somebody else has polluted', () => {
  test.each([
    ['status', 'rejected'],
    ['id', 'forged'],
    ['user_id', 'forged'],
    ['metadata', { forged: true }],
    ['kind', 'rejected'],
    ['reason', 'forged'],
    ['issues', []],
  ])('with %s in it neither loses an event nor writes into one', async (name, value) => {
    const { client } = createTestClient({ redisUrl: url });
    await client.logAudit(buildEvent());
    const pending = (() => {
      using _pollution = pollute(name, value);
      return client.logAudit({ event_type: 'a.b', event_category: 'info' });
    })();
    expect(await pending).toEqual({ id: expect.any(String), status: 'queued' });
    expect(await redis.lindex('audit:queue', 0)).not.toContain('forged');
    expect(client.stats()).toMatchObject({ queued: 2, pending: { events: 0 } });
  });
});

describe('row 27: a logger that is broken', () => {
  const fail = (): never => {
    throw new Error('broken logger');
  };
  const loggers: readonly (readonly [string, () => unknown])[] = [
    ['throws', fail],
    ['rejects', async () => Promise.reject(new Error('broken logger'))],
    // oxlint-disable-next-line unicorn/no-thenable
    ['answers a thenable that throws', () => Object.defineProperty({}, 'then', { get: fail })],
  ];
  test.each(loggers)('that %s costs no receipt and leaves no unhandled rejection', async (_, warn) => {
    const logger: AuditLogger = { warn: () => Reflect.apply(warn, undefined, []) };
    const { client } = createTestClient({ redisUrl: url, logger });
    expect(await Reflect.apply(client.logAudit, client, [null])).toMatchObject({ status: 'rejected' });
    expect(await client.logAudit(buildEvent())).toMatchObject({ status: 'queued' });
    await client.close();
    // One turn of the loop, after which Node would have told.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

test('row 13: a clock that throws is answered "internal", never thrown', async () => {
  vi.spyOn(Date, 'now').mockImplementation(() => {
    throw new Error('no time');
  });
  const { client } = createTestClient({ redisUrl: url });
  expect(await client.logAudit(buildEvent())).toEqual({ status: 'rejected', reason: 'internal' });
  await expect(client.logCriticalAudit(buildEvent())).rejects.toMatchObject({ code: 'internal' });
  expect(client.stats().rejected.internal).toBe(2);
  vi.restoreAllMocks();
});
