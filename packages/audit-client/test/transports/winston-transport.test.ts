import { once } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLogger, format, type Logger, transports } from 'winston';
import { createTestService } from '../events/support/recording-processor.ts';
import { createRecordingService } from './support/recording-service.ts';
import { runWithCorrelation } from '../../src/events/correlation/correlation.ts';
import {
  correlationMeta,
  createWinstonTransport,
  type WinstonTransportOptions,
} from '../../src/transports/winston/index.ts';

/** A logger with our transport, which has handed on what was logged when `events()` answers. */
function createTestLogger(options: WinstonTransportOptions = {}, logger: object = {}) {
  const { service, events, flushes } = createRecordingService();
  const transport = createWinstonTransport({ service, ...options });
  const log: Logger = createLogger({ level: 'silly', transports: [transport], ...logger });
  const logged = async () => {
    log.end();
    await once(log, 'finish');
    return events;
  };
  return { log, transport, logged, flushes };
}

describe('the winston transport', () => {
  test('takes records of its level and above, info by default', async () => {
    const { log, logged } = createTestLogger();
    log.debug('below');
    log.http('below');
    log.info('at');
    log.error('above');
    expect((await logged()).map(({ type }) => type)).toEqual(['log.info', 'log.error']);
  });

  test('takes what the option level says', async () => {
    const { log, logged } = createTestLogger({ level: 'debug' });
    log.silly('below');
    log.debug('at');
    expect((await logged()).map(({ type }) => type)).toEqual(['log.debug']);
  });

  test('keeps the fields of the record, of child loggers and of defaultMeta', async () => {
    const { log, logged } = createTestLogger({}, { defaultMeta: { service: 'shop' } });
    log.child({ requestId: 'r1' }).warn('card declined', { userId: 'u1', cart: { items: 3 } });
    const [event] = await logged();
    expect({ ...event?.details }).toEqual({
      service: 'shop',
      requestId: 'r1',
      userId: 'u1',
      cart: { items: 3 },
      level: 'warn',
      description: 'card declined',
    });
  });

  test('knows the level below the colours of a format', async () => {
    const { log, logged } = createTestLogger({}, { format: format.combine(format.colorize(), format.simple()) });
    log.warn('careful');
    const [event] = await logged();
    expect(event).toMatchObject({ type: 'log.warn', options: { severity: 'medium' }, details: { level: 'warn' } });
  });

  test('a format of its own changes and drops records', async () => {
    const own = format((info) => (info['secret'] === true ? false : { ...info, seen: true }))();
    const { log, logged } = createTestLogger({ format: own });
    log.info('dropped', { secret: true });
    log.info('kept');
    expect((await logged()).map(({ details }) => [details['description'], details['seen']])).toEqual([['kept', true]]);
  });

  const error = (): Error => Object.assign(new TypeError('declined'), { code: 'E_CARD' });
  test.for<readonly [string, (log: Logger) => unknown]>([
    ['alone', (log) => log.error(error())],
    ['as an argument', (log) => log.error('payment:', error())],
    ['as the field error', (log) => log.error('payment', { error: error() })],
    ['as the field err', (log) => log.error('payment', { err: error() })],
    ['as the message', (log) => log.log({ level: 'error', message: error() as unknown as string })],
    ['through format.errors', (log) => log.error(error())],
  ])('an error %s is kept with its stack', async ([how, say]) => {
    const { log, logged } = createTestLogger(
      {},
      how.includes('format') ? { format: format.errors({ stack: true }) } : {},
    );
    say(log);
    const [event] = await logged();
    expect(event?.type).toBe('log.error');
    expect(event?.details['error']).toMatchObject({
      message: expect.stringContaining('declined'),
      stack: expect.stringContaining('winston-transport.test.ts'),
    });
    expect(event?.details['description']).toMatch(/declined|payment/);
    expect(event?.details).not.toHaveProperty('stack');
  });

  test('an object as the message is its fields', async () => {
    const { log, logged } = createTestLogger();
    log.info({ userId: 'u1' } as unknown as string);
    const [event] = await logged();
    expect({ ...event?.details }).toEqual({ userId: 'u1', level: 'info' });
  });

  test('an uncaught exception comes with its error and without the environment of the process', async () => {
    const { log, logged } = createTestLogger({ handleExceptions: true });
    log.log({
      level: 'error',
      message: 'uncaughtException: declined',
      ...log.exceptions.getAllInfo(error()),
      exception: true,
    });
    log.exceptions.unhandle();
    const [event] = await logged();
    expect(event?.details['error']).toMatchObject({ name: 'TypeError', code: 'E_CARD' });
    expect(Object.keys(event?.details ?? {}).toSorted()).toEqual(['description', 'error', 'exception', 'level']);
  });

  test('takes exceptions and rejections only when it is told to', () => {
    expect(createWinstonTransport()).toMatchObject({ handleExceptions: false, handleRejections: false, silent: false });
    expect(createWinstonTransport({ handleExceptions: true, handleRejections: true })).toMatchObject({
      handleExceptions: true,
      handleRejections: true,
    });
  });

  test('a silent transport takes nothing', async () => {
    const { log, logged } = createTestLogger({ silent: true });
    log.error('unheard');
    expect(await logged()).toEqual([]);
  });

  test('a logger with other levels is taken at its own level, unless the transport is given one of them', async () => {
    const levels = { loud: 0, soft: 1 };
    const byDefault = createTestLogger({}, { levels, level: 'soft' });
    byDefault.log.log('soft', 'heard');
    expect(await byDefault.logged()).toHaveLength(1);
    const given = createTestLogger({ level: 'loud' }, { levels, level: 'soft' });
    given.log.log('soft', 'unheard');
    given.log.log('loud', 'heard');
    expect(await given.logged()).toHaveLength(1);
    const wrong = createTestLogger({ level: 'warn' }, { levels, level: 'soft' });
    wrong.log.log('soft', 'heard');
    expect(await wrong.logged()).toHaveLength(1);
  });

  test('ending the logger flushes, and waits for it', async () => {
    const { log, logged, flushes } = createTestLogger();
    log.info('last words');
    expect(flushes()).toBe(0);
    await logged();
    expect(flushes()).toBeGreaterThan(0);
  });

  test('taking it off its logger flushes and leaves it usable', async () => {
    const { log, transport, flushes } = createTestLogger();
    log.info('one');
    log.remove(transport);
    await expect.poll(flushes).toBe(1);
    const next = createLogger({ transports: [transport] });
    next.info('two');
    await expect.poll(() => transport.getStats().sent).toBe(2);
  });

  test('never holds the logger back: other transports get every record while the service hangs', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const { service } = createRecordingService(() => new Promise(() => undefined));
    const transport = createWinstonTransport({ service, maxPending: 10 });
    const log = createLogger({ transports: [new transports.Stream({ stream }), transport] });
    for (let count = 0; count < 1000; count += 1) log.info(`line ${count}`);
    await expect.poll(() => lines.length).toBe(1000);
    expect(transport.getStats()).toMatchObject({ received: 1000, pending: 10, dropped: 990 });
  });

  test('a record that cannot be read is dropped and counted', async () => {
    const { log, transport, logged } = createTestLogger({}, { format: format((info) => info)() });
    log.log({
      level: 'info',
      message: 'hostile',
      get trap(): string {
        throw new Error('mine');
      },
    });
    log.info('fine');
    expect(await logged()).toHaveLength(1);
    expect(transport.getStats()).toMatchObject({ received: 2, dropped: 1 });
  });

  test('an invalid option keeps its default, and the others hold', async () => {
    // @ts-expect-error no number is a level of winston's
    const { log, logged } = createTestLogger({ level: 3, source: 'shop', format: 'json', colour: 'red' });
    log.debug('below the default');
    log.info('at the default');
    expect((await logged()).map(({ source }) => source)).toEqual(['shop']);
  });
});

test.for<readonly [string, unknown]>([
  [
    'a cycle',
    (() => {
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      return cycle;
    })(),
  ],
  ['a BigInt', 12n],
  ['half a character', '\ud800'],
  ['a function', () => 'called'],
  ['a megabyte', 'x'.repeat(1_048_576)],
  ['a prototype key', JSON.parse('{"__proto__":{"admin":true},"constructor":1}')],
  [
    'an object that refuses to be looked at',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('mine');
        },
      },
    ),
  ],
])('%s in the fields of a record breaks neither the logger nor the event', async ([, value]) => {
  const { service, loggedOne } = createTestService();
  const transport = createWinstonTransport({ service });
  // The default format of winston would call the Proxy itself.
  const log = createLogger({ format: format((info) => info)(), transports: [transport] });
  log.warn('hostile', { value, userId: 'u1' });
  log.end();
  await once(log, 'finish');
  expect(await loggedOne()).toMatchObject({ type: 'log.warn', details: { userId: 'u1', description: 'hostile' } });
  expect(transport.getStats()).toMatchObject({ received: 1, sent: 1 });
});

describe('the correlation of a winston record', () => {
  test('is that of the request that runs, in every transport of the logger', async () => {
    const { log, logged } = createTestLogger({}, { defaultMeta: correlationMeta({ service: 'shop' }) });
    runWithCorrelation('request-1', () => log.info('inside'));
    runWithCorrelation('request-2', () => log.child({ step: 2 }).info('inside', { userId: 'u1' }));
    log.info('outside');
    expect((await logged()).map(({ options, details }) => [options.correlationId, details['service']])).toEqual([
      ['request-1', 'shop'],
      ['request-2', 'shop'],
      [undefined, 'shop'],
    ]);
  });

  test('is right although another transport holds the logger back', async () => {
    const held: (() => void)[] = [];
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (_info, _encoding, done) => void held.push(done),
    });
    const { service, events } = createRecordingService();
    const ours = createWinstonTransport({ service });
    const log = createLogger({
      defaultMeta: correlationMeta(),
      transports: [new transports.Stream({ stream: slow }), ours],
    });
    for (let count = 0; count < 100; count += 1) {
      runWithCorrelation(`request-${count}`, () => log.info(`line ${count}`));
    }
    await expect
      .poll(() => {
        for (const done of held.splice(0)) done();
        return events.length;
      })
      .toBe(100);
    for (const { options, details } of events) {
      expect(options.correlationId).toBe(String(details['description']).replace('line', 'request').replace(' ', '-'));
    }
  });

  test('an id of the metadata holds outside of requests', () => {
    const meta = correlationMeta({ correlationId: 'job-7' });
    expect({ ...meta }).toEqual({ correlationId: 'job-7' });
    expect(runWithCorrelation('request-1', () => ({ ...meta }))).toEqual({ correlationId: 'request-1' });
    expect({ ...correlationMeta() }).toEqual({});
  });
});
