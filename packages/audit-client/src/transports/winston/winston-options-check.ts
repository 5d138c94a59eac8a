import type { TransportStreamOptions } from 'winston-transport';
import { z } from 'zod';
import { LOG_TRANSPORT_CHECKS, type LogSinkOptions } from '../log-transport-checks.ts';

type Format = NonNullable<TransportStreamOptions['format']>;

/** The options after their check. */
export interface WinstonOptions extends LogSinkOptions {
  readonly level?: string | undefined;
  readonly format?: Format | undefined;
  readonly handleExceptions: boolean;
  readonly handleRejections: boolean;
  readonly silent: boolean;
}

/** The check of `WinstonTransportOptions`. */
export const WinstonOptionsCheck: z.ZodType<WinstonOptions> = z
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
