import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  createCorrelationId,
  currentCorrelationId,
  currentTraceparent,
  runWithCorrelation,
  toCorrelation,
} from '../../../src/events/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('runWithCorrelation', () => {
  test('gives its id to all that runs in it, also after it has returned, and to nothing else', async () => {
    const seen = await runWithCorrelation('req-1', async () => {
      await nextTurn();
      return [currentCorrelationId(), await Promise.resolve().then(currentCorrelationId)];
    });
    expect(seen).toEqual(['req-1', 'req-1']);
    expect(currentCorrelationId()).toBeNull();
  });

  test('keeps requests apart that run at the same time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        runWithCorrelation(`req-${n}`, async () => {
          await nextTurn();
          return currentCorrelationId();
        }),
      ),
    );
    expect(ids).toEqual(Array.from({ length: 50 }, (_, n) => `req-${n}`));
  });

  test('answers what the work answers, and lets pass what it throws', () => {
    expect(runWithCorrelation('a', () => 7)).toBe(7);
    expect(() =>
      runWithCorrelation('a', () => {
        throw new Error('of the work');
      }),
    ).toThrow('of the work');
  });

  test('an inner id hides the outer one for its time; null hides it without another', () => {
    const seen = runWithCorrelation('outer', () => [
      runWithCorrelation('inner', currentCorrelationId),
      runWithCorrelation(null, currentCorrelationId),
      runWithCorrelation('', currentCorrelationId),
      currentCorrelationId(),
    ]);
    expect(seen).toEqual(['inner', null, null, 'outer']);
  });

  test('takes a traceparent: its trace is the id, and it goes on to other services', () => {
    expect(runWithCorrelation(TRACEPARENT, () => [currentCorrelationId(), currentTraceparent()])).toEqual([
      TRACE,
      TRACEPARENT,
    ]);
    expect(runWithCorrelation('req-1', currentTraceparent)).toBeNull();
    expect(currentTraceparent()).toBeNull();
  });

  test('an id is cut at 255 characters', () => {
    expect(runWithCorrelation('x'.repeat(1000), currentCorrelationId)).toBe('x'.repeat(255));
  });

  test('a second copy of the package sees the same request', async () => {
    vi.resetModules();
    const copy = await import('../../../src/events/correlation/correlation.ts');
    expect(copy.runWithCorrelation).not.toBe(runWithCorrelation);
    expect(runWithCorrelation('req-1', copy.currentCorrelationId)).toBe('req-1');
  });
});

describe('toCorrelation', () => {
  test.each([
    [{ traceparent: TRACEPARENT }, TRACE],
    [{ traceparent: `00-${TRACE}-00f067aa0ba902b7-00` }, TRACE],
    [{ traceparent: `cc-${TRACE}-00f067aa0ba902b7-01-what-the-future-brings` }, TRACE],
    [{ traceparent: TRACEPARENT, 'x-correlation-id': 'c-1' }, TRACE],
    [{ 'x-correlation-id': 'c-1', 'x-request-id': 'r-1' }, 'c-1'],
    [{ 'x-request-id': 'r-1' }, 'r-1'],
    [{ 'x-request-id': ['r-1', 'r-2'] }, 'r-1'],
    [new Headers({ 'X-Request-ID': 'r-1' }), 'r-1'],
  ])('%j is %s', (headers, id) => expect(toCorrelation(headers)?.id).toBe(id));

  test.each([
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${TRACE}-00f067aa0ba902b7-01-more`,
    `00-${TRACE}-00f067aa0ba902b7`,
    `${TRACEPARENT}${'x'.repeat(1_000_000)}`,
    '',
  ])('the traceparent %.80s is none', (traceparent) => {
    expect(toCorrelation({ traceparent, 'x-request-id': 'r-1' })?.id).toBe('r-1');
  });

  test.each([
    { 'x-request-id': 'a b' },
    { 'x-request-id': 'a\r\nb' },
    { 'x-request-id': '<script>' },
    { 'x-request-id': 'x'.repeat(129) },
    Object.create({ 'x-request-id': 'inherited' }),
    null,
    undefined,
    'x-request-id: a',
  ])('of %.60j nothing is believed', (headers) => expect(toCorrelation(headers)).toBeNull());

  test('headers that throw when they are read are none', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    expect(toCorrelation(Object.defineProperty({}, 'traceparent', { enumerable: true, get: trap }))).toBeNull();
    expect(toCorrelation(new Proxy({}, { get: trap, has: trap, getOwnPropertyDescriptor: trap }))).toBeNull();
    expect(toCorrelation({ get: trap })).toBeNull();
  });

  test('a new id is well formed and never the same', () => {
    const ids = new Set(Array.from({ length: 100 }, createCorrelationId));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(toCorrelation({ 'x-correlation-id': id })?.id).toBe(id);
  });
});
