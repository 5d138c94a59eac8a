import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createLogSink } from '../../src/transports/log-sink.ts';
import type { LogSink } from '../../src/transports/log-sink-types.ts';
import type { LogRecord } from '../../src/transports/log-record.ts';
import { LOG_TRANSPORT_CHECKS } from '../../src/transports/log-transport-checks.ts';
import type { LogTransportOptions } from '../../src/transports/log-transport-options.ts';
import { checkOptions } from '../../src/transports/read-options.ts';
import { isOwnWork, runAsOwnWork } from '../../src/transports/own-work.ts';
import { createRecordingProcessor } from '../events/support/recording-processor.ts';
import { createRecordingService } from './support/recording-service.ts';

const check = z.strictObject(LOG_TRANSPORT_CHECKS);
const sinkOf = (options: LogTransportOptions) => createLogSink(check.parse(options));

function recordOf(given: Partial<LogRecord> = {}): LogRecord {
  return { level: 'info', message: 'order placed', time: null, fields: {}, error: undefined, ...given };
}

/** One record through a sink with these options, and what the service was given. */
function send(record: LogRecord, options: LogTransportOptions = {}) {
  const { service, events } = createRecordingService();
  sinkOf({ service, ...options }).write(record);
  return events[0];
}

describe('a record becomes an event', () => {
  test.for([
    ['fatal', 'critical', 'critical'],
    ['emerg', 'critical', 'critical'],
    ['alert', 'critical', 'critical'],
    ['crit', 'critical', 'critical'],
    ['error', 'high', 'high'],
    ['warn', 'medium', 'medium'],
    ['warning', 'medium', 'medium'],
    ['notice', 'low', 'low'],
    ['info', 'info', 'info'],
    ['http', 'info', 'info'],
    ['verbose', 'info', 'info'],
    ['debug', 'info', 'info'],
    ['trace', 'info', 'info'],
    ['silly', 'info', 'info'],
    ['a custom one', 'info', 'info'],
    ['constructor', 'info', 'info'],
  ] as const)('level %s has severity %s and priority %s', ([level, severity, priority]) => {
    expect(send(recordOf({ level }))?.options).toMatchObject({ severity, priority });
  });

  test('single entries of the table of levels are replaced', () => {
    const levels = {
      info: { severity: 'low', priority: 'high' },
      audit: { severity: 'high', priority: 'medium' },
    } as const;
    expect(send(recordOf(), { levels })?.options).toMatchObject({ severity: 'low', priority: 'high' });
    expect(send(recordOf({ level: 'audit' }), { levels })?.options).toMatchObject({
      severity: 'high',
      priority: 'medium',
    });
    expect(send(recordOf({ level: 'warn' }), { levels })?.options).toMatchObject({ severity: 'medium' });
  });

  test('its type is that of its level, of its fields, or what the option says', () => {
    expect(send(recordOf({ level: 'warn' }))?.type).toBe('log.warn');
    expect(send(recordOf({ fields: { eventType: 'order.placed' } }))).toMatchObject({ type: 'order.placed' });
    expect(send(recordOf({ fields: { event_type: 'order.paid' } }))?.details).not.toHaveProperty('event_type');
    expect(send(recordOf(), { type: 'shop.log' })?.type).toBe('shop.log');
    expect(send(recordOf(), { type: ({ message }) => message.replace(' ', '.') })?.type).toBe('order.placed');
  });

  test('a naming function that throws or gives no text leaves the usual name', () => {
    const thrower = (): string => {
      throw new Error('no name');
    };
    expect(send(recordOf(), { type: thrower })?.type).toBe('log.info');
    expect(send(recordOf(), { type: () => '' })?.type).toBe('log.info');
  });

  test('its source is service, or what the option says', () => {
    expect(send(recordOf())?.source).toBe('service');
    expect(send(recordOf(), { source: 'billing' })?.source).toBe('billing');
  });

  test('fields keep their names, and the message is the description', () => {
    const details = send(recordOf({ fields: { userId: 'u1', cart: { items: 3 } } }))?.details;
    expect({ ...details }).toEqual({ userId: 'u1', cart: { items: 3 }, level: 'info', description: 'order placed' });
  });

  test('a field called description stays, and the message stands beside it', () => {
    const details = send(recordOf({ fields: { description: 'mine' } }))?.details;
    expect(details).toMatchObject({ description: 'mine', message: 'order placed' });
  });

  test('a field called __proto__ is a field', () => {
    const fields: Record<string, unknown> = JSON.parse('{"__proto__":{"admin":true}}');
    const details = send(recordOf({ fields }))?.details ?? {};
    expect(Object.keys(details)).toContain('__proto__');
    expect(details['admin']).toBeUndefined();
  });

  test('a long message is cut', () => {
    expect(String(send(recordOf({ message: 'x'.repeat(1_000_000) }))?.details['description'])).toHaveLength(8192);
  });

  test.for(['correlationId', 'correlation_id', 'trace_id'])('its field %s is the correlation id', (name) => {
    const event = send(recordOf({ fields: { [name]: 'c1' } }));
    expect(event?.options.correlationId).toBe('c1');
    expect(event?.details).not.toHaveProperty(name);
  });

  test('the time of the record is the time of the event', () => {
    expect(send(recordOf({ time: 1_700_000_000_000 }))?.options.occurredAt).toBe(1_700_000_000_000);
    expect(send(recordOf())?.options.occurredAt).toBeUndefined();
  });
});

describe('what is worth an event', () => {
  test('a filter narrows', () => {
    const { service, events } = createRecordingService();
    const sink = sinkOf({ service, filter: ({ fields }) => fields['audit'] === true });
    sink.write(recordOf());
    sink.write(recordOf({ fields: { audit: true } }));
    expect(events).toHaveLength(1);
    expect(sink.getStats()).toMatchObject({ received: 2, filtered: 1 });
  });

  test('a filter that throws hides nothing', () => {
    const filter = (): boolean => {
      throw new Error('broken filter');
    };
    expect(send(recordOf(), { filter })).toMatchObject({ type: 'log.info' });
  });

  test('what follows from its own events makes no more of them', async () => {
    const { service, events } = createRecordingService(async () => {
      await wait(1);
      sink.write(recordOf({ message: 'the service warns, later' }));
      return { status: 'queued' };
    });
    const sink = sinkOf({ service });
    sink.write(recordOf());
    runAsOwnWork(() => sink.write(recordOf({ message: 'the client warns' })));
    await expect
      .poll(() => sink.getStats())
      .toEqual({
        received: 1,
        filtered: 0,
        dropped: 0,
        sent: 1,
        refused: 0,
        pending: 0,
        own: 2,
      });
    expect(events.map(({ details }) => details['description'])).toEqual(['order placed']);
    expect(isOwnWork()).toBe(false);
  });
});

describe('the logger is safe from the service', () => {
  test('records beyond maxPending are dropped and counted, and the sums close', async () => {
    const answers: ((receipt: { status: string }) => void)[] = [];
    const { service, events } = createRecordingService(() => new Promise((resolve) => answers.push(resolve)));
    const sink = sinkOf({ service, maxPending: 3 });
    for (let count = 0; count < 10; count += 1) sink.write(recordOf());
    expect(events).toHaveLength(3);
    expect(sink.getStats()).toMatchObject({ received: 10, pending: 3, dropped: 7 });
    answers.forEach((answer, index) => answer({ status: index === 0 ? 'rejected' : 'buffered' }));
    await expect.poll(() => sink.getStats()).toMatchObject({ pending: 0, sent: 2, refused: 1, dropped: 7 });
    sink.write(recordOf());
    expect(events).toHaveLength(4);
  });

  test('a service that throws or rejects is counted, not felt', async () => {
    const rejecting = sinkOf({ service: createRecordingService(() => Promise.reject(new Error('away'))).service });
    rejecting.write(recordOf());
    await expect.poll(() => rejecting.getStats()).toMatchObject({ refused: 1, pending: 0 });
    const throwing = createRecordingService(() => {
      throw new Error('broken');
    });
    const sink = sinkOf({ service: throwing.service });
    sink.write(recordOf());
    expect(sink.getStats()).toMatchObject({ received: 1, dropped: 1, pending: 0 });
  });

  test('a service that answers nothing, or no receipt, leaves none pending, and the sums close', async () => {
    for (const answer of [undefined, null, 'queued', {}]) {
      const service = { logEvent: () => answer, flush: () => undefined };
      const sink: LogSink = Reflect.apply(sinkOf, undefined, [{ service, maxPending: 2 }]);
      for (let count = 0; count < 2; count += 1) sink.write(recordOf());
      await expect.poll(() => sink.getStats()).toMatchObject({ received: 2, pending: 0, sent: 2, dropped: 0 });
      sink.write(recordOf());
      expect(sink.getStats().dropped).toBe(0);
    }
  });

  test('a service that throws when it is flushed rejects no flush and leaves no timer', async () => {
    const { service } = createRecordingService();
    const flush = (): never => {
      throw new Error('broken');
    };
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const sink = sinkOf({ service: { ...service, flush }, closeTimeout: 600_000 });
    await expect(Promise.all([sink.flush(), sink.close()])).resolves.toEqual([undefined, undefined]);
    expect(timers()).toBe(before);
  });

  test('flushing ends after closeTimeout, whatever the service does', async () => {
    const { service } = createRecordingService();
    const sink = sinkOf({ service: { ...service, flush: () => new Promise(() => undefined) }, closeTimeout: 5 });
    const flushed = Promise.all([sink.flush(), sink.close()]).then(() => 'ended');
    expect(await Promise.race([flushed, wait(3000, 'the default of 5 s')])).toBe('ended');
  });

  test('a service that was made from a configuration is closed', async () => {
    const processor = createRecordingProcessor();
    const sink = sinkOf({ config: { processor } });
    sink.write(recordOf());
    await sink.close();
    expect(processor.events.map(({ type }) => type)).toEqual(['log.info']);
    expect(processor.isClosed).toBe(true);
  });

  test('a service that was given is flushed and not closed', async () => {
    const { service, flushes } = createRecordingService();
    const sink = sinkOf({ service });
    await sink.close();
    expect(flushes()).toBe(1);
    sink.write(recordOf());
    expect(sink.getStats().dropped).toBe(0);
  });
});

describe('options', () => {
  test.for([
    [{ service: {} }, 'service'],
    [{ config: 'redis' }, 'config'],
    [{ levels: { info: { severity: 'loud', priority: 'info' } } }, 'levels.info.severity'],
    [{ levels: { info: { severity: 'info' } } }, 'levels.info.priority'],
    [{ filter: 'all' }, 'filter'],
    [{ type: '' }, 'type'],
    [{ source: '' }, 'source'],
    [{ maxPending: 0 }, 'maxPending'],
    [{ closeTimeout: 1.5 }, 'closeTimeout'],
    [{ colour: 'red' }, ''],
  ] as const)('%j is an issue of %s', ([options, path]) => {
    const checked = checkOptions(check, { type: 'mine', ...options });
    expect(checked.issues.map((issue) => issue.path)).toEqual([path]);
    const name = path.split('.')[0] ?? '';
    expect(checked.options, 'the option keeps its default').toMatchObject({
      ...check.parse({}),
      ...(name === 'type' ? {} : { type: 'mine' }),
    });
  });

  test('whatever is given for them, there are options', () => {
    for (const given of [null, 7, 'all', [], () => true]) {
      const { options, issues } = checkOptions(check, given);
      expect(options).toEqual(check.parse({}));
      expect(issues).toHaveLength(1);
    }
  });
});
