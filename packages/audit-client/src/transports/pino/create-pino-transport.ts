import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { callbackify } from 'node:util';
import type { LogTransportStats } from '../log-sink-types.ts';
import { createLogSink } from '../log-sink.ts';
import { readOptions } from '../read-options.ts';
import { PinoOptionsCheck } from './pino-options-check.ts';
import type { PinoTransportOptions } from './pino-transport-options.ts';
import { readLine } from './read-line.ts';
import { createLineSplitter } from './split-lines.ts';

/** A longer line is no log record; an event holds 64 KiB. */
const MAX_LINE_CHARACTERS = 1_048_576;

/** A stream for pino. Ending it waits until its events are handed on. */
export interface PinoTransport extends Writable {
  /** Calls back when every record so far is handed on, at the latest after `closeTimeout`; `logger.flush` does the same. */
  flush(done?: (error?: Error) => void): void;
  getStats(): LogTransportStats;
}

/**
 * A stream that makes a security event of each line of pino's at its level and above: in the process as pino's second
 * argument or in `pino.multistream`, or as the `target` of a transport in a worker thread. The call of the logger never
 * waits for it and never fails because of it: what there is no place for is dropped and counted.
 *
 * What pino redacts, the event does not have either.
 *
 * @example
 * const logger = pino({}, pino.multistream([{ stream: process.stdout }, { stream: createPinoTransport() }]));
 * @example
 * const logger = pino({ mixin: correlationMixin, transport: { target: '@auditlane/audit-client/pino', options: { level: 'warn' } } });
 */
export function createPinoTransport(options: PinoTransportOptions = {}): PinoTransport {
  const settings = readOptions(PinoOptionsCheck, options);
  const sink = createLogSink(settings);
  const take = (line: string): void => {
    const read = readLine(line, settings);
    if (read.kind === 'record') sink.write(read.record);
    else if (read.kind === 'unreadable') sink.drop();
  };
  const split = createLineSplitter({ line: take, tooLong: sink.drop }, MAX_LINE_CHARACTERS);
  const decoder = new StringDecoder('utf8');
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      split(typeof chunk === 'string' ? chunk : decoder.write(toBuffer(chunk)));
      // At once: the logger is never held back.
      done();
    },
    final: callbackify(() => {
      split('\n');
      return sink.close();
    }),
  });
  const flushThen = callbackify(sink.flush);
  return Object.assign(stream, {
    flush: (done: (error?: Error) => void = ignore) => flushThen((error) => done(error ?? undefined)),
    getStats: sink.getStats,
  });
}

function ignore(): void {
  // Nobody waits for this flush.
}

function toBuffer(chunk: unknown): Buffer {
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.alloc(0);
}
