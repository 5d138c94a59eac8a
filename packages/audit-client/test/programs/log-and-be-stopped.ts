// Has a middleware of the default service, logs COUNT identical events, prints their receipts, and stays until a signal ends it.
import { securityEventService, SecurityEventType } from '../../src/index.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';

// What registers for the signal is the middleware; it must live as long as the process.
const events = createSecurityEventsMiddleware();
const log = () => securityEventService.logEvent(SecurityEventType.AUTH_LOGIN_FAILURE, 'web', { userId: 'u-1' });
const receipts = await Promise.all(Array.from({ length: Number(process.env['COUNT']) }, log));
process.stdout.write(`${JSON.stringify({ receipts })}\n`);
setInterval(() => void events, 1000);
