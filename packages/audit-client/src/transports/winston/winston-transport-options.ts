import { z } from 'zod';
import type { TransportStreamOptions } from 'winston-transport';
import { LOG_TRANSPORT_CHECKS, type LogTransportOptions } from '../log-transport-options.ts';

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

/** The check of {@link WinstonTransportOptions}. */
export const WinstonOptionsCheck = z
  .strictObject({
    ...LOG_TRANSPORT_CHECKS,
    level: z.string().min(1).optional(),
    format: z.custom<Format>(isFormat, 'must be a winston format').optional(),
    handleExceptions: z.boolean().default(false),
    handleRejections: z.boolean().default(false),
    silent: z.boolean().default(false),
  })
  .refine(({ service, config }) => service === undefined || config === undefined, {
    path: ['config'],
    message: 'is of no use beside service',
  });

function isFormat(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'transform') === 'function';
}
