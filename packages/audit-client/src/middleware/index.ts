export type { BatchProcessingOptions } from '../events/batching/batch-options.ts';
export { BatchedEventProcessor } from '../events/batching/batched-event-processor.ts';
export { SecurityEventEmitter } from '../events/bus/security-event-emitter.ts';
export { SecurityEventSource } from '../events/catalogue/security-event-source.ts';
export { SecurityEventType } from '../events/catalogue/security-event-type.ts';
export { EventPriority } from '../events/event-priority.ts';
export type { EventProcessor } from '../events/event-processor.ts';
export { DatabaseEventProcessor } from '../events/processors/database-event-processor.ts';
export type { SecurityEvent } from '../events/security-event.ts';
export { createSecurityEventService } from '../events/service/create-security-event-service.ts';
export { securityEventService } from '../events/service/default-service.ts';
export type { SecurityEventServiceConfig } from '../events/service/security-event-service-config.ts';
export {
  createSecurityEventsMiddleware,
  type ErrorHandler,
  type Handler,
  type Next,
  type SecurityEventsMiddleware,
} from './create-security-events-middleware.ts';
export type { AuthenticationAction, AuthenticationOptions } from './helpers/authentication.ts';
export type { RouteHelpers } from './helpers/create-helpers.ts';
export type { DataAccessAction, DataAccessOptions } from './helpers/data-access.ts';
export type { Detail, DetailValue, RouteEventOptions } from './helpers/detail.ts';
export type { EquipmentOptions, QualityCheckOptions, StationOptions } from './helpers/manufacturing.ts';
export type { PermissionOptions } from './helpers/permission.ts';
export type { RequestLoggingOptions, SecurityEventsMiddlewareOptions } from './options.ts';
export type { PathRule } from './path-rule.ts';
export type { RequestEventLog, RequestEventOptions } from './request-event-log.ts';
export { findRequestScope, type RequestScope } from './request-scope.ts';
export type { ServerRequest } from './server-request.ts';
export type { TrustProxy } from './trust-proxy.ts';
export type { RequestUser, UserAnswer } from './user-lookup.ts';
