import { SecurityEventType } from '../catalogue/security-event-type.ts';
import { assembleService } from './assemble-service.ts';
import type { SecurityEventService } from './security-event-service.ts';
import { ServiceCore } from './service-core.ts';

/** Where every copy of this package in a process finds the default service. The number changes when its shape does. */
const SHARED = Symbol.for('auditlane.audit-client.security-event-service.v2');

interface Shared {
  readonly pid: number;
  readonly core: ServiceCore;
}

/**
 * The default service: made by its first use, with all options at their defaults and the client behind `logAudit`, and one
 * for the whole process, although `import` and `require` load two copies of this file.
 *
 * @example
 * await securityEventService.authentication.loginFailure({ userId: 'u-17', reason: 'wrong_password' });
 */
export const securityEventService: SecurityEventService = /* @__PURE__ */ assembleService(
  defaultCore,
  Object.values(SecurityEventType),
);

/** In a forked or revived process another one is made: its queue would hold the events of the one that it was. */
function defaultCore(): ServiceCore {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (isShared(known) && known.pid === process.pid) return known.core;
  const shared: Shared = { pid: process.pid, core: new ServiceCore({}) };
  Reflect.set(globalThis, SHARED, shared);
  return shared.core;
}

function isShared(value: unknown): value is Shared {
  return typeof value === 'object' && value !== null && 'pid' in value && 'core' in value;
}
