// Event types of the application's own: details by declaration merging, a method by `eventTypes`; compiled, not run.
import {
  createSecurityEventService,
  type DetailsOf,
  type KnownEventType,
  securityEventService,
} from '@auditlane/audit-client';
import {
  createSecurityEventsMiddleware as asFromEvents,
  securityEventService as fromEvents,
} from '@auditlane/audit-client/events';
import {
  createSecurityEventsMiddleware,
  type BatchProcessingOptions,
  type EventProcessor,
  type SecurityEvent,
  type SecurityEventServiceConfig,
  securityEventService as fromMiddleware,
} from '@auditlane/audit-client/middleware';

declare module '@auditlane/audit-client' {
  interface SecurityEventDetails {
    'billing.payout.denied': { readonly amount: number; readonly currency?: 'EUR' | 'USD' };
  }
}
declare module '@auditlane/audit-client/events' {
  interface SecurityEventDetails {
    'billing.payout.granted': { readonly granted: number };
  }
}

export const known: KnownEventType[] = ['billing.payout.denied', 'billing.payout.granted', 'auth.login.failure'];
const details: DetailsOf<'billing.payout.denied'> = { amount: 12, userId: 'u-1', note: 'what else there is' };

for (const service of [securityEventService, fromEvents, fromMiddleware]) {
  void service.logEvent('billing.payout.denied', 'api', details);
  void service.logEvent('billing.payout.granted', 'api', { granted: 12 });
  // @ts-expect-error the amount is a number
  void service.logEvent('billing.payout.denied', 'api', { amount: 'much' });
  // @ts-expect-error the amount is required
  void service.logEvent('billing.payout.denied', 'api', { currency: 'EUR' });
  // @ts-expect-error declared by the name of a subpath
  void service.logEvent('billing.payout.granted', 'api', { granted: 'much' });
  // Types that nobody has declared take any details.
  void service.logEvent('billing.payout.lost', 'api', { amount: 'much' });
}

const config = {
  eventTypes: { 'billing.payout.denied': { priority: 'high', severity: 'medium', domain: 'account' } },
} satisfies SecurityEventServiceConfig;
const events = createSecurityEventService(config);
void events.billing.payoutDenied({ amount: 12, currency: 'USD' }, { request: { method: 'GET' } });
// @ts-expect-error not one of the currencies
void events.billing.payoutDenied({ amount: 12, currency: 'GBP' });
// @ts-expect-error no such type
void events.billing.payoutAccepted({});
events.on('billing.payout.denied', (event) => {
  const amount: number = event.details.amount;
  const user: unknown = event.details.userId;
  return [amount, user];
});
events.on('billing.*', (event: SecurityEvent) => event.details['amount']);

const processor: EventProcessor = {
  process: (batch) => Promise.resolve({ processed: batch.length, failed: 0 }),
};
const batchProcessing: BatchProcessingOptions = { preset: 'realtime' };
export const middlewares = [
  createSecurityEventsMiddleware({ service: createSecurityEventService({ processor, batchProcessing }) }),
  asFromEvents({ service: events }),
];
