import type { EventPattern } from '../bus/event-pattern.ts';
import type { SecurityEventHandler } from '../bus/handler-slot.ts';
import { createFamilies, type EventFamilies } from './event-families.ts';
import type { SecurityEventServiceCore } from './security-event-service.ts';
import type { ServiceCore } from './service-core.ts';

/**
 * The object that users hold: every method goes to what `getCore` gives at the call, so the same form serves a service
 * that exists and the default one, which is made by its first use.
 */
export function assembleService<Types extends string>(
  getCore: () => ServiceCore,
  types: readonly Types[],
): SecurityEventServiceCore & EventFamilies<Types> {
  const families = createFamilies(types, (type, details, options) => getCore().logFamilyEvent(type, details, options));
  const service: SecurityEventServiceCore = {
    logEvent: (...[type, source, details, options]) => getCore().logEvent({ type, source, details, options }),
    logFromRequest: (...[type, request, details, options]) =>
      getCore().logFromRequest({ type, request, details, options }),
    on: (pattern: EventPattern, handler: SecurityEventHandler) => void getCore().emitter.on(pattern, handler),
    off: (pattern, handler) => void getCore().emitter.off(pattern, handler),
    flush: () => getCore().flush(),
    drain: () => getCore().drain(),
    getStats: () => getCore().getStats(),
    getLoggingOptions: () => getCore().loggingOptions,
    getProcessor: () => getCore().processor,
    getEmitter: () => getCore().emitter,
    getIssues: () => getCore().issues,
    registerMetrics: (registry) => getCore().registerMetrics(registry),
    close: () => getCore().close(),
  };
  // A type of the user's whose family is called as a method of the service has no method of its own.
  return { ...families, ...service };
}
