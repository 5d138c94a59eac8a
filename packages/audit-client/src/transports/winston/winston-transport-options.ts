import type { TransportStreamOptions } from 'winston-transport';
import type { LogTransportOptions } from '../log-transport-options.ts';

type Format = NonNullable<TransportStreamOptions['format']>;

/** Options of {@link createWinstonTransport}: those of every log transport and those of every winston transport. */
export interface WinstonTransportOptions extends LogTransportOptions {
  /** The least urgent level that is taken, by its name in the levels of the logger. Default `info`, or the logger's own level if its levels have no `info`. */
  readonly level?: string | undefined;
  /** A format for this transport alone. Default: what the logger's format makes. */
  readonly format?: Format | undefined;
  /** Whether uncaught exceptions are taken. Default false. */
  readonly handleExceptions?: boolean | undefined;
  /** Whether unhandled rejections are taken. Default false. */
  readonly handleRejections?: boolean | undefined;
  /** Takes nothing while true; may be set on the transport later. Default false. */
  readonly silent?: boolean | undefined;
}
