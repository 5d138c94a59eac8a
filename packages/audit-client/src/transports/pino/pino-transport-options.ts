import type { LogTransportOptions } from '../log-transport-options.ts';

/** Options of {@link createPinoTransport}. In a worker thread those that are functions or hold some cannot be given. */
export interface PinoTransportOptions extends LogTransportOptions {
  /** The least urgent level that is taken: a name of pino's or a number. Default `info` (30). */
  readonly level?: string | number | undefined;
  /** The field of the message, as in pino's option `messageKey`. Default `msg`. */
  readonly messageKey?: string | undefined;
  /** The field of the error, as in pino's option `errorKey`; beside it `error` is one too. Default `err`. */
  readonly errorKey?: string | undefined;
}
