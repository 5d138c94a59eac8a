// A TypeScript application with log transports that compiles to CommonJS.
import { securityEventService } from '@auditlane/audit-client/events';
import middleware = require('@auditlane/audit-client/middleware');
import pinoTransport = require('@auditlane/audit-client/pino');
import winstonTransport = require('@auditlane/audit-client/winston');

export const stream = pinoTransport.createPinoTransport({ level: 'warn', service: securityEventService });
export const asTarget: typeof pinoTransport.createPinoTransport = pinoTransport.default;
export const transport = winstonTransport.createWinstonTransport({ level: 'warn' });
export const handler = middleware.createSecurityEventsMiddleware();
