// An ESM application with winston and pino, one of whose dependencies uses CommonJS.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import pino from 'pino';
import winston from 'winston';
import * as root from '@auditlane/audit-client';
import * as events from '@auditlane/audit-client/events';
import * as middleware from '@auditlane/audit-client/middleware';
import { createFastifySecurityEvents } from '@auditlane/audit-client/fastify';
import { createHonoSecurityEvents } from '@auditlane/audit-client/hono';
import { correlationMixin, createPinoTransport } from '@auditlane/audit-client/pino';
import { createWinstonTransport } from '@auditlane/audit-client/winston';

/** What the root, `/events` and `/middleware` all have. */
const NAMES = [
  'EventPriority',
  'BatchedEventProcessor',
  'DatabaseEventProcessor',
  'SecurityEventEmitter',
  'securityEventService',
  'createSecurityEventService',
  'SecurityEventType',
  'SecurityEventSource',
  'createSecurityEventsMiddleware',
];

const [whole, ...subpaths] = [root, events, middleware].map((namespace) =>
  Object.fromEntries(Object.entries(namespace)),
);

const require = createRequire(import.meta.url);
const cjs = require('@auditlane/audit-client/events');
const services = [root.securityEventService, events.securityEventService, cjs.securityEventService];
const receipt = await events.securityEventService.authentication.loginFailure({ userId: 'u1' });

const winstonLogger = winston.createLogger({ transports: [createWinstonTransport({ type: 'package.winston' })] });
winstonLogger.info('hello');
const cjsTransport = require('@auditlane/audit-client/winston').createWinstonTransport({ type: 'package.winston.cjs' });
winston.createLogger({ transports: [cjsTransport] }).info('hello');
const stream = createPinoTransport({ type: 'package.pino' });
pino({ mixin: correlationMixin }, stream).info('hello');

const worker = pino.transport({ target: '@auditlane/audit-client/pino', options: { type: 'package.pino.worker' } });
await once(worker, 'ready');
events.runWithCorrelation('request-1', () => pino({ mixin: correlationMixin }, worker).info('hello'));
worker.end();
await once(worker, 'close');

await cjs.securityEventService.flush();
process.stdout.write(
  JSON.stringify({
    node: process.version,
    receipt,
    processors: new Set(services.map((service) => service.getProcessor())).size,
    correlation: events.runWithCorrelation('request-2', () => cjs.currentCorrelationId()),
    frameworks: [
      [createFastifySecurityEvents, createHonoSecurityEvents],
      [
        require('@auditlane/audit-client/fastify').createFastifySecurityEvents,
        require('@auditlane/audit-client/hono').createHonoSecurityEvents,
      ],
    ].map((both) => both.map((each) => typeof each)),
    missing: subpaths.flatMap((subpath) => NAMES.filter((name) => subpath[name] !== whole[name])),
    missingByRequire: ['', '/events', '/middleware'].flatMap((subpath) =>
      NAMES.filter((name) => require(`@auditlane/audit-client${subpath}`)[name] === undefined),
    ),
  }),
);
