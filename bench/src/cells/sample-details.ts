import type { EventDetails } from '@auditlane/audit-client/events';

const REASONS = ['wrong_password', 'unknown_user', 'expired', 'locked'] as const;

/** Details of a security event as an application gives them: seven that name columns, four that do not. */
export function sampleDetails(number: number): EventDetails {
  const mixed = Math.imul(number, 2_654_435_761) >>> 0;
  return {
    userId: `user-${mixed % 50_000}`,
    resourceType: 'order',
    resourceId: `ord_${mixed.toString(36)}_${number}`,
    ipAddress: `10.${mixed & 255}.${(mixed >>> 8) & 255}.${(mixed >>> 16) & 255}`,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    description: `Order ${number} was refused in the customer console`,
    reason: REASONS[mixed % REASONS.length],
    region: 'eu-central',
    amountCents: mixed % 1_000_000,
    items: [number % 7, number % 11],
    isGift: mixed % 9 === 0,
  };
}
