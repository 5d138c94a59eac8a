// A TypeScript application with security events, the middleware and log transports; compiled, not run.
import { createServer } from 'node:http';
import pino from 'pino';
import winston from 'winston';
import {
  BatchedEventProcessor,
  createSecurityEventService,
  type EventProcessor,
  EventPriority,
  type EventReceipt,
  securityEventService,
  SecurityEventSource,
  SecurityEventType,
} from '@auditlane/audit-client';
import { type BatchProcessingOptions, runWithCorrelation, type SecurityEvent } from '@auditlane/audit-client/events';
import {
  createSecurityEventsMiddleware,
  type SecurityEventsMiddlewareOptions,
} from '@auditlane/audit-client/middleware';
import { createFastifySecurityEvents } from '@auditlane/audit-client/fastify';
import { createHonoSecurityEvents } from '@auditlane/audit-client/hono';
import { correlationMixin, createPinoTransport, type PinoTransportOptions } from '@auditlane/audit-client/pino';
import { correlationMeta, createWinstonTransport, type LevelTable } from '@auditlane/audit-client/winston';

const batchProcessing: BatchProcessingOptions = { preset: 'realtime', maxBatchSize: { info: 500 } };
const events = createSecurityEventService({
  batchProcessing,
  eventTypes: { 'billing.refund.denied': { priority: EventPriority.HIGH } },
});
export const denied: Promise<EventReceipt> = events.billing.refundDenied({ userId: 'u1' });
await securityEventService.logEvent(SecurityEventType.AUTH_LOGIN_FAILURE, SecurityEventSource.WEB, { userId: 'u1' });
// @ts-expect-error the priorities are a closed set
await events.logEvent('my.own', 'web', {}, { priority: 'urgent' });

const processor: EventProcessor = {
  process: (batch: readonly SecurityEvent[]) => Promise.resolve({ processed: batch.length, failed: 0 }),
};
const batches = new BatchedEventProcessor(processor, batchProcessing);
batches.on('batch:processed', ({ processed, batchSize }) => void [processed, batchSize]);

const options: SecurityEventsMiddlewareOptions = { logAllRequests: true };
const middleware = createSecurityEventsMiddleware(options);
createServer((request, response) => middleware(request, response, () => response.end()));

export const frameworks = [createFastifySecurityEvents(), createHonoSecurityEvents()];

const levels: LevelTable = { http: { severity: 'low', priority: 'low' } };
const filter: PinoTransportOptions['filter'] = ({ fields }) => fields['audit'] === true;
export const loggers = [
  winston.createLogger({
    defaultMeta: correlationMeta(),
    transports: [createWinstonTransport({ levels, service: events })],
  }),
  pino({ mixin: correlationMixin }, createPinoTransport({ filter, service: events })),
];
runWithCorrelation('request-1', () => loggers.length);
// @ts-expect-error a service logs events
createPinoTransport({ service: {} });
