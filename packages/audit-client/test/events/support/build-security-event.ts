import type { SecurityEvent } from '../../../src/events/index.ts';

let count = 0;

/** A security event as a service builds it. */
export function buildSecurityEvent(overrides: Partial<SecurityEvent> = {}): SecurityEvent {
  count += 1;
  return {
    id: `01a1fdca-0cdf-7647-b221-${String(count).padStart(12, '0')}`,
    type: 'auth.login.failure',
    source: 'web',
    priority: 'medium',
    severity: 'medium',
    occurredAt: 1_763_718_000_000,
    correlationId: null,
    dedupKey: null,
    details: {},
    ...overrides,
  };
}
