// An event type of the application's own in a TypeScript application that compiles to CommonJS; compiled, not run.
import { securityEventService } from '@auditlane/audit-client';
import { securityEventService as fromMiddleware } from '@auditlane/audit-client/middleware';

declare module '@auditlane/audit-client' {
  interface SecurityEventDetails {
    'billing.charge.back': { readonly amount: number };
  }
}

for (const service of [securityEventService, fromMiddleware]) {
  void service.logEvent('billing.charge.back', 'api', { amount: 12 });
  // @ts-expect-error the amount is a number
  void service.logEvent('billing.charge.back', 'api', { amount: 'much' });
}
