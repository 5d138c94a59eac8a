/**
 * What makes security events of this application: the service, the middleware in front of its routes, and a logger whose
 * warnings and errors are events, too. All of one request carry the correlation id that its answer names.
 */
import {
  type AuditClient,
  createSecurityEventService,
  createSecurityEventsMiddleware,
  type SecurityEventService,
  type SecurityEventsMiddleware,
} from '@auditlane/audit-client';
import { correlationMeta, createWinstonTransport } from '@auditlane/audit-client/winston';
import type { Request } from 'express';
import winston from 'winston';
import type { Accounts } from './accounts.ts';
import { tellRefusals } from './alarms.ts';
import { readSignedIn } from './signed-in.ts';

/** The parts, for whoever wires the application. */
export interface SecurityEvents {
  readonly service: SecurityEventService;
  readonly middleware: SecurityEventsMiddleware<Request>;
  readonly logger: winston.Logger;
  /** Hands on what still waits for its batch; the audit client stays open. Never rejects. */
  close(): Promise<void>;
}

/** Makes them around an audit client, which carries the events. */
export function createSecurityEvents(audit: AuditClient, accounts: Accounts): SecurityEvents {
  const service = createSecurityEventService({ client: audit, name: 'shop' });
  const middleware = createSecurityEventsMiddleware<Request>({
    service,
    // The routes record each request by themselves: what is left are sign-ins, refusals and errors.
    logApiRequests: false,
    logAdminRequests: false,
    getUser: (request) => readSignedIn(request, accounts),
    // main.ts handles the signals, and closes in its own order.
    flushOnShutdown: false,
  });
  const logger = winston.createLogger({
    defaultMeta: correlationMeta({ component: 'shop' }),
    format: winston.format.json(),
    transports: [new winston.transports.Console(), createWinstonTransport({ service, level: 'warn' })],
  });
  tellRefusals({ service, logger });
  return {
    service,
    middleware,
    logger,
    async close() {
      await middleware.close();
      await service.close();
    },
  };
}
