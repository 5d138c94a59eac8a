import { z } from 'zod';
import { LOG_TRANSPORT_CHECKS } from '../log-transport-checks.ts';
import { toLevelNumber } from './pino-levels.ts';

/** The check of `PinoTransportOptions`; the level becomes its number. */
export const PinoOptionsCheck = z
  .strictObject({
    ...LOG_TRANSPORT_CHECKS,
    level: z.union([z.number(), z.string()]).default('info').transform(toNumber),
    messageKey: z.string().min(1).default('msg'),
    errorKey: z.string().min(1).default('err'),
    // Both are pino's own words to a transport in a worker thread, and no options.
    pinoWillSendConfig: z.boolean().optional(),
    $context: z.unknown().optional(),
  })
  .refine(({ service, config }) => service === undefined || config === undefined, {
    path: ['config'],
    message: 'is of no use beside service',
  });

/** The options after their check. */
export type PinoOptions = z.output<typeof PinoOptionsCheck>;

function toNumber(level: string | number, context: z.core.$RefinementCtx<string | number>): number {
  const number = typeof level === 'number' ? level : toLevelNumber(level);
  if (number !== undefined) return number;
  context.addIssue({ code: 'custom', message: 'is none of trace, debug, info, warn, error, fatal: give its number' });
  return z.NEVER;
}
