import { callbackify } from 'node:util';
import TransportStream from 'winston-transport';
import { createStderrLogger } from '../../audit-logger.ts';
import { createWarnings } from '../../warnings.ts';
import type { LogSink, LogTransportStats } from '../log-sink-types.ts';
import { createLogSink } from '../log-sink.ts';
import { readOptions } from '../read-options.ts';
import { readInfo } from './read-info.ts';
import { WinstonOptionsCheck } from './winston-options-check.ts';
import type { WinstonTransportOptions } from './winston-transport-options.ts';

const DEFAULT_LEVEL = 'info';

/** A winston transport with figures. Ending its logger waits until its events are handed on. */
export interface WinstonTransport extends TransportStream {
  /** Resolves when every record so far is handed on, at the latest after `closeTimeout`. Never rejects. */
  flush(): Promise<void>;
  getStats(): LogTransportStats;
}

/**
 * A winston transport that makes a security event of each record at its level and above. The call of the logger never
 * waits for it and never fails because of it: what there is no place for is dropped and counted.
 *
 * Needs `winston-transport` 4, which comes with winston 3.
 *
 * @example
 * const logger = winston.createLogger({ transports: [new winston.transports.Console(), createWinstonTransport()] });
 * logger.warn('card was declined', { userId: 'u1', resourceType: 'order', resourceId: '17' });
 */
export function createWinstonTransport(options: WinstonTransportOptions = {}): WinstonTransport {
  const settings = readOptions(WinstonOptionsCheck, options);
  const { level, format, handleExceptions, handleRejections, silent } = settings;
  const sink = createLogSink(settings);
  const transport = new TransportStream({
    level: level ?? DEFAULT_LEVEL,
    ...(format === undefined ? {} : { format }),
    handleExceptions,
    handleRejections,
    silent,
    log(info: unknown, next: () => void) {
      take(sink, info);
      // At once: winston holds back a whole logger while one of its transports is busy.
      next();
    },
    // Taken off a logger; the next one may still use it.
    close: () => void sink.flush(),
  });
  transport._final = callbackify(sink.close);
  transport.once('pipe', (logger: unknown) => fitLevel(transport, logger, level !== undefined));
  return Object.assign(transport, { flush: sink.flush, getStats: sink.getStats });
}

function take(sink: LogSink, info: unknown): void {
  if (typeof info !== 'object' || info === null) return;
  try {
    sink.write(readInfo(info));
  } catch {
    sink.drop();
  }
}

/**
 * winston compares levels by number, and with a name that it does not know it would drop every record in silence: the
 * transport then takes what the logger itself lets through.
 */
function fitLevel(transport: TransportStream, logger: unknown, isGiven: boolean): void {
  const levels: unknown = typeof logger === 'object' && logger !== null ? Reflect.get(logger, 'levels') : null;
  if (typeof levels !== 'object' || levels === null || Object.hasOwn(levels, transport.level ?? '')) return;
  delete transport.level;
  if (isGiven) {
    const known = Object.keys(levels).slice(0, 20);
    createWarnings(createStderrLogger(), Date.now).warn(
      "log transport takes the logger's own level, whose levels lack the given one",
      { known },
    );
  }
}
