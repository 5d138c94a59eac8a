// Logs through the default service and ends: nothing is flushed or closed, and nothing awaited but the receipts.
import type * as DefaultService from '../../src/events/service/default-service.ts';
import { defaultAuditClient, securityEventService, SecurityEventType } from '../../src/index.ts';

// As `import` and `require` load this package: two copies of the file, one service.
const path = new URL('../../src/events/service/default-service.ts?copy', import.meta.url).href;
const copy: typeof DefaultService = await import(path);
const receipts = await Promise.all([
  securityEventService.authentication.loginSuccess({ userId: 'u-1' }),
  securityEventService.data.exported({ userId: 'u-1', recordCount: 3 }),
  copy.securityEventService.logEvent(SecurityEventType.AUTH_LOGOUT, 'web', { userId: 'u-1' }),
]);
const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : null));
const isShared =
  copy.securityEventService !== securityEventService && copy.securityEventService.getStats().totalReceived === 3;
process.stdout.write(`${JSON.stringify({ ids, isShared, queued: defaultAuditClient().stats().queued })}\n`);
