import { isUuidV7, uuidTimeMs } from '@auditlane/schema';
import { expect, test } from 'vitest';
import { createIdempotentIds, requireIdempotencyKey } from '../src/ingest/idempotent-ids.ts';

function setUp() {
  const values = new Map<string, string>();
  const state = { now: 1_763_000_000_000, isAway: false };
  const ids = createIdempotentIds({
    prefix: 'audit:http:',
    clock: () => state.now,
    store: {
      get: (key) => (state.isAway ? Promise.reject(new Error('away')) : Promise.resolve(values.get(key) ?? null)),
      setIfAbsent: (key, value) => {
        if (!values.has(key)) values.set(key, value);
        return state.isAway ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    },
  });
  return { state, ids, values };
}

const request = (body: string, callerId = 'key:a', idempotencyKey = 'k') => ({
  body: Buffer.from(body),
  callerId,
  idempotencyKey,
});

test('a retry gets the ids of the first request: UUIDv7 of its time, in the order of the events', async () => {
  const { state, ids } = setUp();
  const first = await ids(request('[1,2]'));
  state.now += 60_000;
  const retried = await ids(request('[1,2]'));
  const list = [0, 1, 2, 999].map(first);
  expect([0, 1, 2, 999].map(retried)).toEqual(list);
  expect(list.every((id) => isUuidV7(id) && uuidTimeMs(id) === 1_763_000_000_000)).toBe(true);
  expect(list.toSorted()).toEqual(list);
});

test('another caller or another key gets other ids, and another installation too', async () => {
  const { ids } = setUp();
  const toIds = await Promise.all([
    ids(request('1')),
    ids(request('1', 'key:b')),
    ids(request('1', 'key:a', 'other')),
    setUp().ids(request('1')),
  ]);
  expect(new Set(toIds.map((toId) => toId(0))).size).toBe(4);
});

test('the same key with another body is refused', async () => {
  const { ids } = setUp();
  await ids(request('1'));
  await expect(ids(request('2'))).rejects.toMatchObject({ code: 'idempotency_key_reused', status: 422 });
});

test('neither the key nor the caller is readable in Redis', async () => {
  const { ids, values } = setUp();
  await ids(request('1', 'key:caller', 'secret-order-number'));
  expect(JSON.stringify([...values])).not.toMatch(/secret-order-number|caller/u);
});

test('without Redis the promise cannot be kept, and the request is answered 503', async () => {
  const { state, ids } = setUp();
  state.isAway = true;
  await expect(ids(request('1'))).rejects.toMatchObject({ code: 'idempotency_unavailable', status: 503 });
});

test.each(['', 'a'.repeat(256), 'with space', 'ünïcode', 'new\nline'])('%j is no Idempotency-Key', (header) => {
  expect(() => requireIdempotencyKey(header)).toThrow(expect.objectContaining({ code: 'invalid_idempotency_key' }));
});

test.each(['', 'short', 'zz'.repeat(32)])('an installation key of %j is none: 503, no guessable ids', async (text) => {
  const { ids, values } = setUp();
  values.set('audit:http:installation-key', text);
  await expect(ids(request('1'))).rejects.toMatchObject({ code: 'idempotency_unavailable', status: 503 });
});
