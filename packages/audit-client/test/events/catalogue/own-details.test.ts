import { expect, expectTypeOf, test } from 'vitest';
import type { DetailsOf, KnownEventType } from '../../../src/events/index.ts';
import { createTestService } from '../support/recording-processor.ts';

declare module '../../../src/events/catalogue/security-event-details.ts' {
  interface SecurityEventDetails {
    'test.refund.denied': { readonly amount: number };
  }
}

test('details of types of the user are merged into the declaration, and hold everywhere', async () => {
  const { service, loggedOne } = createTestService({ eventTypes: { 'test.refund.denied': { priority: 'low' } } });
  expectTypeOf<'test.refund.denied'>().toExtend<KnownEventType>();
  expectTypeOf<DetailsOf<'test.refund.denied'>['amount']>().toEqualTypeOf<number>();
  service.on('test.refund.denied', (event) => expectTypeOf(event.details.amount).toEqualTypeOf<number>());
  // @ts-expect-error the amount is a number
  expectTypeOf(service.test.refundDenied).toBeCallableWith({ amount: 'much' });
  // @ts-expect-error the amount is required
  expectTypeOf(service.logEvent<'test.refund.denied'>).toBeCallableWith('test.refund.denied', 'web', { userId: 'u' });
  await service.test.refundDenied({ amount: 7, userId: 'u-1' });
  expect(await loggedOne()).toMatchObject({ type: 'test.refund.denied', details: { amount: 7, userId: 'u-1' } });
});
