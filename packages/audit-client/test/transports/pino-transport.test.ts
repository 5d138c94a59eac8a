import { once } from 'node:events';
import pino, { type Logger, type LoggerOptions } from 'pino';
import { describe, expect, test } from 'vitest';
import { runWithCorrelation } from '../../src/events/correlation/correlation.ts';
import { correlationMixin, createPinoTransport, type PinoTransportOptions } from '../../src/transports/pino/index.ts';
import { createRecordingService } from './support/recording-service.ts';

function createTestLogger(options: PinoTransportOptions = {}, logger: LoggerOptions = {}) {
  const { service, events, flushes } = createRecordingService();
  const transport = createPinoTransport({ service, ...options });
  const log: Logger = pino({ level: 'trace', ...logger }, transport);
  return { log, transport, events, flushes };
}

describe('the pino transport in the process', () => {
  test('takes records of its level and above, info by default, in the call of the logger', () => {
    const { log, events } = createTestLogger();
    log.debug('below');
    log.info('at');
    log.fatal('above');
    expect(events.map(({ type }) => type)).toEqual(['log.info', 'log.fatal']);
  });

  test.for(['debug', 20] as const)('takes what the option level says: %s', (level) => {
    const { log, events } = createTestLogger({ level });
    log.trace('below');
    log.debug('at');
    expect(events.map(({ type }) => type)).toEqual(['log.debug']);
  });

  test('keeps the fields of the record and of child loggers, the host, the process and the name of the logger', () => {
    const { log, events } = createTestLogger({}, { name: 'shop' });
    log.child({ requestId: 'r1' }).warn({ userId: 'u1', cart: { items: 3 } }, 'card %s', 'declined');
    expect({ ...events[0]?.details }).toEqual({
      requestId: 'r1',
      userId: 'u1',
      cart: { items: 3 },
      level: 'warn',
      description: 'card declined',
      logger: 'shop',
      pid: process.pid,
      host: expect.any(String),
    });
    expect(events[0]?.options.occurredAt).toBeGreaterThan(Date.now() - 60_000);
  });

  test.for<readonly [string, (log: Logger, error: Error) => void]>([
    ['alone', (log, error) => log.error(error)],
    ['as err', (log, err) => log.error({ err }, 'payment')],
    ['with a message', (log, error) => log.error(error, 'payment')],
  ])('an error %s is kept with its stack', ([, say]) => {
    const { log, events } = createTestLogger();
    say(log, Object.assign(new TypeError('declined'), { code: 'E_CARD' }));
    const [event] = events;
    expect(event?.details['error']).toMatchObject({
      name: 'TypeError',
      message: 'declined',
      code: 'E_CARD',
      stack: expect.stringContaining('pino-transport.test.ts'),
    });
    expect(event?.details['description']).toMatch(/^(declined|payment)$/);
    expect(event?.details).not.toHaveProperty('err');
  });

  test('the keys of message and error may be others', () => {
    const keys = { messageKey: 'message', errorKey: 'fault' };
    const { log, events } = createTestLogger(keys, keys);
    log.error(new TypeError('declined'), 'payment');
    expect(events[0]?.details).toMatchObject({ description: 'payment', error: { name: 'TypeError' } });
  });

  test.for<readonly [string, LoggerOptions]>([
    ['ISO', { timestamp: pino.stdTimeFunctions.isoTime }],
    ['seconds', { timestamp: pino.stdTimeFunctions.unixTime }],
    ['milliseconds', {}],
  ])('reads the time in %s', ([, options]) => {
    const { log, events } = createTestLogger({}, options);
    const before = Date.now();
    log.info('now');
    expect(Math.abs((events[0]?.options.occurredAt ?? 0) - before)).toBeLessThan(60_000);
  });

  test('without a time the event happens now', () => {
    const { log, events } = createTestLogger({}, { timestamp: false });
    log.info('now');
    expect(events[0]?.options.occurredAt).toBeUndefined();
  });

  test('levels as texts and custom levels keep their meaning', () => {
    const texts = createTestLogger({}, { formatters: { level: (label) => ({ level: label }) } });
    texts.log.debug('below');
    texts.log.error('at');
    expect(texts.events.map(({ type, options }) => [type, options.severity])).toEqual([['log.error', 'high']]);
    const { service, events } = createRecordingService();
    const transport = createPinoTransport({ service, levels: { 45: { severity: 'high', priority: 'low' } } });
    const log = pino({ customLevels: { audit: 35, breach: 45 } }, transport);
    log.audit('next below');
    log.breach('in the table');
    expect(events.map(({ type, options }) => [type, options.severity])).toEqual([
      ['log.info', 'info'],
      ['log.45', 'high'],
    ]);
  });

  test('what pino redacts the event does not have', () => {
    const { log, events } = createTestLogger({}, { redact: ['card.number'] });
    log.info({ card: { number: '4111111111111111' } }, 'paid');
    expect(JSON.stringify(events[0])).not.toContain('4111');
  });

  test('the correlation is that of the request that runs', () => {
    const { log, events } = createTestLogger({}, { mixin: correlationMixin });
    runWithCorrelation('request-1', () => log.info('inside'));
    log.info('outside');
    expect(events.map(({ options }) => options.correlationId)).toEqual(['request-1', undefined]);
  });

  test('ending it flushes, and it closes after that', async () => {
    const { log, transport, flushes } = createTestLogger();
    log.info('last words');
    transport.end();
    await once(transport, 'close');
    expect(flushes()).toBe(1);
  });

  test('logger.flush calls back when the events are handed on', async () => {
    const { log, flushes } = createTestLogger();
    await new Promise<void>((resolve) => log.flush(() => resolve()));
    expect(flushes()).toBe(1);
  });

  test('lines that are none of pino are dropped and counted', async () => {
    const { transport, events } = createTestLogger();
    for (const line of ['no json', '[1]', '"text"', 'null', `{"level":30,"msg":"${'x'.repeat(1_048_577)}"}`]) {
      transport.write(`${line}\n`);
    }
    transport.write(Buffer.from('{"level":30,"msg":"é'));
    transport.write(Buffer.from('t\u00e9"}\n'));
    expect(events.map(({ details }) => details['description'])).toEqual(['été']);
    expect(transport.getStats()).toMatchObject({ received: 6, dropped: 5 });
  });

  test('a character that is cut in two arrives whole', () => {
    const { transport, events } = createTestLogger();
    const line = Buffer.from('{"level":30,"msg":"été"}\n');
    for (const byte of line) transport.write(Buffer.from([byte]));
    expect(events[0]?.details['description']).toBe('été');
  });

  test.for([{ level: 'loud' }, { messageKey: '' }, { errorKey: 7 }, { colour: 'red' }] as const)(
    'the invalid option %j keeps its default, and the others hold',
    (invalid) => {
      const { log, events } = createTestLogger({ source: 'shop', ...invalid } as PinoTransportOptions);
      log.debug('below the default');
      log.error(new TypeError('declined'), 'payment');
      expect(events).toMatchObject([
        { source: 'shop', details: { description: 'payment', error: { name: 'TypeError' } } },
      ]);
    },
  );

  test('a service is used rather than a configuration for another one', () => {
    const { log, events } = createTestLogger({ config: {} });
    log.info('heard');
    expect(events).toHaveLength(1);
  });
});
