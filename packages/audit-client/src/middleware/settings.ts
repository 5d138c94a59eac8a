import * as z from 'zod';
import type { AuditLogger } from '../audit-logger.ts';
import { EventPriority, isEventPriority } from '../events/event-priority.ts';
import { isPrefix, PREFIX_FORM } from './path-rule.ts';
import type { RequestEventLog } from './request-event-log.ts';
import { compileTrust } from './trust-proxy.ts';
import { getRequestUser } from './user-lookup.ts';

const METHODS = 'must be an object with the method';
/** A name of a header, as HTTP has it. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

function hasMethod(value: unknown, name: string): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof Reflect.get(value, name) === 'function'
  );
}

function isHeaderName(value: unknown): boolean {
  return value === false || (typeof value === 'string' && HEADER_NAME.test(value));
}

const isFunction = (value: unknown): value is Function => typeof value === 'function';
const aFunction = z.custom<Function>(isFunction, 'must be a function');
const aPriority = z.custom<EventPriority>(isEventPriority, `must be one of ${Object.values(EventPriority).join(', ')}`);
const prefix = z.custom<string>(isPrefix, PREFIX_FORM);
const pathRule = z.union([prefix.transform((path) => [path]), z.array(prefix), aFunction], {
  error: `${PREFIX_FORM}, a list of these, or a function`,
});

/** Whose word on a client's address is taken; compiled here, so that a bad network is told at creation. */
const trustProxy = z.unknown().transform((setting, context) => {
  const compiled = compileTrust(setting);
  if (compiled.kind === 'valid') return compiled.trust;
  context.addIssue({ code: 'custom', message: compiled.message });
  return z.NEVER;
});

/** Every option of the middleware with its bounds and its default; an unknown one is a fault, since it is a typing error. */
export const MiddlewareSettings = z.strictObject({
  logAllRequests: z.boolean().default(false),
  logApiRequests: z.boolean().default(true),
  logAdminRequests: z.boolean().default(true),
  logErrors: z.boolean().default(true),
  requestPriority: aPriority.default(EventPriority.INFO),
  apiRequestPriority: aPriority.default(EventPriority.INFO),
  adminRequestPriority: aPriority.default(EventPriority.MEDIUM),
  errorPriority: aPriority.default(EventPriority.HIGH),
  excludePaths: z.array(prefix).default(['/health', '/favicon.ico', '/static', '/metrics']),
  apiPaths: pathRule.default(['/api']),
  adminPaths: pathRule.default(['/admin', '/api/admin']),
  errorStatusFrom: z.number().int().min(400).max(599).default(500),
  trustProxy: trustProxy.optional(),
  getUser: aFunction.default(() => getRequestUser),
  userTimeoutMs: z.number().int().min(1).max(60_000).default(1000),
  correlationHeader: z
    .custom<string | false>(isHeaderName, 'must be the name of a header, or false')
    .default('x-correlation-id'),
  loggingOptions: z.strictObject({ includeHeaders: z.boolean().optional() }).default({}),
  flushOnShutdown: z.boolean().default(true),
  service: z.custom<RequestEventLog>((value) => hasMethod(value, 'logEvent'), `${METHODS} logEvent`).optional(),
  logger: z.custom<AuditLogger>((value) => hasMethod(value, 'warn'), `${METHODS} warn`).optional(),
});

export type MiddlewareSettings = z.output<typeof MiddlewareSettings>;
