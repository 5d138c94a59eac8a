import * as z from 'zod';
import { isEventPriority } from '../../events/event-priority.ts';
import { toOptionsError } from '../read-options.ts';
import { isAuthenticationAction } from './authentication.ts';
import { isDataAccessAction } from './data-access.ts';

const detail = z.custom<unknown>(isDetail, 'must be a text, a number, null, or a function of the request');
const flag = z.custom<unknown>(
  (value) => typeof value === 'boolean' || typeof value === 'function',
  'must be true, false, or a function of the request',
);
const optional = {
  priority: z.custom<unknown>(isEventPriority, 'must be a priority').optional(),
  details: z.custom<unknown>((value) => typeof value === 'function', 'must be a function of the request').optional(),
};
const required = detail.refine((value) => value !== undefined && value !== null, 'is required');
const resource = { resourceType: detail.optional(), resourceId: detail.optional() };

/** Every option of every helper; an unknown one is a fault, since it is a typing error. */
const OPTIONS = {
  authentication: z.strictObject({
    ...optional,
    action: z.custom<unknown>(isAuthenticationAction, 'is not known').optional(),
    userId: detail.optional(),
    username: detail.optional(),
  }),
  permission: z.strictObject({ ...optional, ...resource, permission: required, logGranted: z.boolean().optional() }),
  dataAccess: z.strictObject({
    ...optional,
    ...resource,
    resourceType: required,
    action: z.custom<unknown>(isDataAccessAction, 'is not known').optional(),
    recordCount: detail.optional(),
  }),
  station: z.strictObject({
    ...optional,
    stationId: required,
    operation: required,
    productId: detail.optional(),
    batchId: detail.optional(),
  }),
  qualityCheck: z.strictObject({
    ...optional,
    productId: detail.optional(),
    batchId: detail.optional(),
    stationId: detail.optional(),
    passed: flag.optional(),
  }),
  equipment: z.strictObject({
    ...optional,
    equipmentId: required,
    operation: detail.optional(),
    stationId: detail.optional(),
    isFault: flag.optional(),
  }),
} as const;

function isDetail(value: unknown): boolean {
  return value === null || ['string', 'number', 'bigint', 'function', 'undefined'].includes(typeof value);
}

/**
 * Checks the options of a helper when the route is made, so that a typing error is not met by the first request.
 *
 * @throws AuditError `misconfigured`, whose message names every fault
 */
export function checkHelperOptions(helper: keyof typeof OPTIONS, options: unknown): void {
  const parsed = OPTIONS[helper].safeParse(options);
  if (parsed.success) return;
  throw toOptionsError(`The helper ${helper}`, parsed.error);
}
