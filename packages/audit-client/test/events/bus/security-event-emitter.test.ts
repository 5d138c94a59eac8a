import { AsyncLocalStorage } from 'node:async_hooks';
import { waitFor } from '@auditlane/testkit';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  currentCorrelationId,
  type SecurityEvent,
  SecurityEventEmitter,
  type SecurityEventEmitterOptions,
} from '../../../src/events/index.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

function createBus(options: SecurityEventEmitterOptions = {}) {
  const warnings: { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  const logger = {
    warn: (facts: Readonly<Record<string, unknown>>, message: string) => warnings.push({ message, facts }),
  };
  return { bus: new SecurityEventEmitter({ logger, ...options }), warnings };
}

const never = (): Promise<never> => new Promise(() => undefined);
const fail = (): never => {
  throw new Error('of the handler');
};

describe('on and off', () => {
  test('a handler gets the events of its type or pattern, in their order, and no others', async () => {
    const { bus } = createBus();
    const seen: string[] = [];
    bus.on('auth.login.failure', (event) => seen.push(`type ${event.id.slice(-2)}`));
    bus.on('auth.*', (event) => seen.push(`pattern ${event.id.slice(-2)}`));
    bus.on(/^data/, () => seen.push('expression'));
    const [first, second] = [buildSecurityEvent(), buildSecurityEvent({ type: 'auth.logout' })];
    bus.emit(first);
    bus.emit(second);
    await bus.idle();
    const [a, b] = [first.id.slice(-2), second.id.slice(-2)];
    expect(seen.toSorted()).toEqual([`pattern ${a}`, `pattern ${b}`, `type ${a}`].toSorted());
    bus.emit(buildSecurityEvent({ type: 'data.read' }));
    await bus.idle();
    expect(seen).toContain('expression');
  });

  test('off takes back one handler of one pattern, and forgets what waits for it', async () => {
    const { bus } = createBus();
    const seen: string[] = [];
    const one = (): unknown => seen.push('one');
    bus
      .on('auth.*', one)
      .on('*', one)
      .on('auth.*', () => seen.push('other'))
      .on(/auth/, one);
    bus.emit(buildSecurityEvent());
    bus.off('auth.*', one).off(/auth/, one).off('no such pattern', one);
    await bus.idle();
    expect(seen.toSorted()).toEqual(['one', 'other']);
    bus.off('*', one);
    bus.emit(buildSecurityEvent());
    await bus.idle();
    expect(seen.toSorted()).toEqual(['one', 'other', 'other']);
  });

  test('a handler is called after the turn in which the event was logged', async () => {
    const { bus } = createBus();
    let isCalled = false;
    bus.on('*', () => {
      isCalled = true;
    });
    bus.emit(buildSecurityEvent());
    await Promise.resolve();
    expect(isCalled).toBe(false);
    await bus.idle();
    expect(isCalled).toBe(true);
  });

  test('a handler of a known type knows its details', () => {
    const { bus } = createBus();
    bus.on('device.registered', (event) => {
      expectTypeOf(event.details.device_id).toEqualTypeOf<string>();
      expectTypeOf(event.type).toEqualTypeOf<'device.registered'>();
    });
    bus.on('device.*', (event) => expectTypeOf(event).toEqualTypeOf<SecurityEvent>());
  });
});

describe('invalid use', () => {
  test.for([
    { maxRunningCalls: 0 },
    { maxRunningCalls: Number.NaN },
    { maxWaitingEvents: -1 },
    { handlerTimeout: Number.POSITIVE_INFINITY },
    { handlerTimeout: 0 },
    { handlerTimout: 5 },
  ])('%j keeps the default, is listed and logged, and the bus works', async (options) => {
    const { bus, warnings } = createBus(options);
    expect(bus.issues.map(({ path }) => path)).toEqual(Object.keys(options));
    expect(warnings).toMatchObject([
      {
        message: 'security event bus has invalid options: the defaults are used instead',
        facts: { issues: bus.issues },
      },
    ]);
    let calls = 0;
    bus.on('*', async () => {
      calls += 1;
    });
    bus.emit(buildSecurityEvent());
    await bus.idle();
    expect(calls).toBe(1);
  });

  test('options that are none, or cannot be read, leave a bus with the defaults', () => {
    const trap = new Proxy({}, { ownKeys: fail, get: fail });
    for (const options of [null, 7, trap]) {
      const bus: SecurityEventEmitter = Reflect.construct(SecurityEventEmitter, [options]);
      expect(bus.issues).toHaveLength(1);
    }
    expect(createBus().bus.issues).toEqual([]);
  });

  test('what is no function, or has no pattern, is not added, and said once', async () => {
    const { bus, warnings } = createBus();
    for (const pair of [
      ['*', 'page'],
      ['*', undefined],
      [undefined, () => undefined],
      [7, () => undefined],
    ]) {
      expect(Reflect.apply(bus.on, bus, pair)).toBe(bus);
    }
    bus.emit(buildSecurityEvent());
    await bus.idle();
    expect(bus.getStats().handlers).toEqual([]);
    expect(warnings).toEqual([
      {
        message: 'what is no handler of security events, or has no pattern, was not added',
        facts: { pattern: '*', handler: 'string' },
      },
    ]);
  });
});

describe('isolation', () => {
  test('a handler that throws, rejects or never settles takes nothing from the others, and its event is not lost to them', async () => {
    const { bus, warnings } = createBus({ handlerTimeout: 30 });
    const seen: string[] = [];
    bus
      .on('*', fail)
      .on('*', async () => fail())
      .on('*', never);
    // oxlint-disable-next-line unicorn/no-thenable -- that is the point
    bus.on('*', () => ({ then: fail }));
    bus.on('*', (event) => seen.push(event.id));
    const events = Array.from({ length: 3 }, () => buildSecurityEvent());
    for (const event of events) bus.emit(event);
    await bus.idle();
    expect(seen).toEqual(events.map((event) => event.id));
    const { handlers } = bus.getStats();
    expect(handlers.map(({ succeeded, failed, timedOut }) => [succeeded, failed, timedOut])).toEqual([
      [0, 3, 0],
      [0, 3, 0],
      [0, 0, 3],
      [0, 3, 0],
      [3, 0, 0],
    ]);
    expect(warnings).toEqual([
      { message: 'a handler of security events failed', facts: { pattern: '*', err: { message: 'of the handler' } } },
    ]);
  });

  test('a handler runs within the correlation of its event', async () => {
    const { bus } = createBus();
    const seen: unknown[] = [];
    bus.on('*', async () => {
      seen.push(currentCorrelationId());
      await Promise.resolve();
      seen.push(currentCorrelationId());
    });
    bus.emit(buildSecurityEvent({ correlationId: 'req-1' }));
    bus.emit(buildSecurityEvent());
    await bus.idle();
    expect(seen).toEqual(['req-1', null, 'req-1', null]);
  });
});

test('a handler runs in the asynchronous context in which its event was logged, also behind another that hangs', async () => {
  const { bus } = createBus({ maxRunningCalls: 1, handlerTimeout: 10 });
  const requests = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  bus.on('*', () => {
    seen.push(requests.getStore());
    return never();
  });
  for (const name of ['a', 'b']) requests.run(name, () => bus.emit(buildSecurityEvent()));
  bus.emit(buildSecurityEvent());
  await bus.idle();
  expect(seen).toEqual(['a', 'b', undefined]);
});

describe('bounds', () => {
  test('handlerTimeout: a call that hangs is given up, its signal aborted, and its place is free again', async () => {
    const { bus } = createBus({ handlerTimeout: 20, maxRunningCalls: 1 });
    const aborted: string[] = [];
    bus.on('*', (event, { signal }) => {
      signal.addEventListener('abort', () => aborted.push(event.id));
      return never();
    });
    const events = [buildSecurityEvent(), buildSecurityEvent()];
    for (const event of events) bus.emit(event);
    await bus.idle();
    expect(aborted).toEqual(events.map((event) => event.id));
    expect(bus.getStats().handlers[0]).toMatchObject({ calls: 2, timedOut: 2, running: 0, waiting: 0 });
  });

  test('a signal that is asked for too late is aborted already', async () => {
    const { bus } = createBus({ handlerTimeout: 5 });
    let isAborted: boolean | null = null;
    bus.on('*', async (_event, context) => {
      await waitFor(() => bus.getStats().handlers[0]?.timedOut === 1);
      isAborted = context.signal.aborted;
    });
    bus.emit(buildSecurityEvent());
    await bus.idle();
    await waitFor(() => isAborted === true);
  });

  test('maxRunningCalls: the other events wait, and none is lost', async () => {
    const { bus } = createBus({ maxRunningCalls: 2 });
    let running = 0;
    let most = 0;
    bus.on('*', async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    for (let n = 0; n < 20; n += 1) bus.emit(buildSecurityEvent());
    await bus.idle();
    expect(most).toBe(2);
    expect(bus.getStats().handlers[0]).toMatchObject({ calls: 20, succeeded: 20, skipped: 0 });
  });

  test('maxWaitingEvents: what is beyond is skipped for this handler, and counted', async () => {
    const { bus } = createBus({ maxWaitingEvents: 5, maxRunningCalls: 1, handlerTimeout: 5 });
    let quick = 0;
    bus.on('a', never);
    for (let n = 0; n < 20; n += 1) bus.emit(buildSecurityEvent({ type: 'a' }));
    bus.on('a', () => {
      quick += 1;
    });
    bus.emit(buildSecurityEvent({ type: 'a' }));
    await bus.idle();
    expect(bus.getStats().handlers[0]).toMatchObject({ calls: 5, timedOut: 5, skipped: 16 });
    expect(quick).toBe(1);
  });

  test('a burst is handed on in several turns, so that other work gets its own', async () => {
    const { bus } = createBus();
    let calls = 0;
    bus.on('*', () => {
      calls += 1;
    });
    for (let n = 0; n < 1000; n += 1) bus.emit(buildSecurityEvent());
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(1000);
    await bus.idle();
    expect(calls).toBe(1000);
  });

  test('types without end do not fill the memory', async () => {
    const { bus } = createBus();
    let calls = 0;
    bus.on('own.*', () => {
      calls += 1;
    });
    for (let n = 0; n < 3000; n += 1) bus.emit(buildSecurityEvent({ type: `own.${n}` }));
    await bus.idle();
    expect(calls).toBe(3000);
  });
});

test('the time of a handler is measured, waiting included', async () => {
  const { bus } = createBus();
  bus.on('*', () => new Promise((resolve) => setTimeout(resolve, 25)));
  bus.emit(buildSecurityEvent());
  await bus.idle();
  const stats = bus.getStats();
  expect(stats).toMatchObject({ emitted: 1, handlers: [{ pattern: '*', calls: 1, succeeded: 1 }] });
  const [handler] = stats.handlers;
  expect(handler?.averageMs).toBeGreaterThan(20);
  expect(handler?.maxMs).toBe(handler?.totalMs);
});

test('events for which there is no handler cost nothing and count as nothing', () => {
  const { bus } = createBus();
  bus.emit(buildSecurityEvent());
  expect(bus.getStats()).toEqual({ emitted: 0, handlers: [] });
});
