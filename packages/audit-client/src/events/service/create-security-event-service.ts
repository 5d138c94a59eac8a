import { SecurityEventType } from '../catalogue/security-event-type.ts';
import { assembleService } from './assemble-service.ts';
import type { EventTypeTable, SecurityEventServiceConfig } from './security-event-service-config.ts';
import type { OwnTypes, SecurityEventService } from './security-event-service.ts';
import { ServiceCore } from './service-core.ts';

/** No types but the built-in ones. */
type NoTypes = Readonly<Record<never, never>>;

/**
 * Creates a service of its own; its queue, counters and bus are shared with no other. No I/O before the first event.
 *
 * Never throws: an invalid option keeps its default, see {@link SecurityEventServiceConfig}.
 *
 * @example
 * const events = createSecurityEventService({
 *   batchProcessing: { preset: 'realtime' },
 *   eventTypes: { 'billing.refund.denied': { priority: 'high', severity: 'medium', domain: 'account' } },
 * });
 * await events.billing.refundDenied({ userId: 'u-17', resourceType: 'invoice', resourceId: 'inv-9' });
 * await events.close();
 */
export function createSecurityEventService<const Types extends EventTypeTable = NoTypes>(
  config: SecurityEventServiceConfig<Types> = {},
): SecurityEventService<Types> {
  const core = new ServiceCore(config);
  const own = core.ownTypes.filter((type): type is OwnTypes<Types> => Object.hasOwn(config.eventTypes ?? {}, type));
  return assembleService(() => core, [...Object.values(SecurityEventType), ...own]);
}
