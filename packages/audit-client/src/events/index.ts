export { BatchError, type BatchErrorCode } from './batching/batch-error.ts';
export type { AnnouncedEvent, BatchEvents, BatchProcessed, Pressure } from './batching/batch-events.ts';
export type { BatchProcessingOptions, ByPriority } from './batching/batch-options.ts';
export type { BatchFigures, BatchProcessingStats } from './batching/batch-stats.ts';
export { BatchedEventProcessor } from './batching/batched-event-processor.ts';
export type { DeduplicationStore, FirstEvent } from './batching/deduplication-store.ts';
export { createRedisDeduplication } from './batching/redis-deduplication.ts';
export type { EventPattern } from './bus/event-pattern.ts';
export type { HandlerContext, SecurityEventHandler } from './bus/handler-slot.ts';
export type { HandlerStats, SecurityEventEmitterStats } from './bus/handler-stats.ts';
export { type EventOf, SecurityEventEmitter, type SecurityEventEmitterOptions } from './bus/security-event-emitter.ts';
export type { EventDetails } from './catalogue/event-details.ts';
export { findSecurityEventDefaults, SEVERITY_BY_PRIORITY } from './catalogue/find-defaults.ts';
export { SECURITY_EVENT_DEFAULTS, type SecurityEventDefaults } from './catalogue/security-event-defaults.ts';
export type {
  AccountDetails,
  ApiDetails,
  AuthenticationDetails,
  AuthorizationDetails,
  ComplianceDetails,
  DataAccessDetails,
  DetailsOf,
  DeviceDetails,
  EncryptionDetails,
  KnownEventType,
  ManufacturingDetails,
  SecurityEventDetails,
  SystemDetails,
  ThreatDetails,
  ViolationDetails,
} from './catalogue/security-event-details.ts';
export { SecurityEventSource } from './catalogue/security-event-source.ts';
export { SecurityEventType } from './catalogue/security-event-type.ts';
export {
  type Correlation,
  createCorrelationId,
  currentCorrelationId,
  currentTraceparent,
  runWithCorrelation,
  toCorrelation,
} from './correlation/correlation.ts';
export type { TraceParent } from './correlation/trace-parent.ts';
export { EVENT_PRIORITIES, EventPriority } from './event-priority.ts';
export type { EventProcessor, ProcessResult, RefusedEvent } from './event-processor.ts';
export type { EventReceipt, EventStatus } from './event-receipt.ts';
export type { MetricRegistry, MetricSample, RegisteredMetric } from './metrics/metric-registry.ts';
export { DatabaseEventProcessor, type DatabaseEventProcessorOptions } from './processors/database-event-processor.ts';
export type { DatabasePool } from './processors/database-pool.ts';
export { FanOutEventProcessor } from './processors/fan-out-event-processor.ts';
export { QueueEventProcessor, type QueueEventProcessorOptions } from './processors/queue-event-processor.ts';
export type { HashConfig, RedactionConfig } from './redaction/redaction-config.ts';
export type { Coalesced, SecurityEvent } from './security-event.ts';
export { createSecurityEventService } from './service/create-security-event-service.ts';
export { securityEventService } from './service/default-service.ts';
export type { EventFamilies, FamilyMethod } from './service/event-families.ts';
export type { EventOptions, FamilyEventOptions, LogFromRequestOptions } from './service/event-options.ts';
export type { RequestLike } from './service/request-like.ts';
export type {
  EventTypeFacts,
  EventTypeTable,
  SecurityEventServiceConfig,
} from './service/security-event-service-config.ts';
export type {
  SecurityEventService,
  SecurityEventServiceCore,
  SecurityEventServiceStats,
} from './service/security-event-service.ts';
export { createSecurityEventsMiddleware, type SecurityEventsMiddlewareOptions } from '../middleware/index.ts';
