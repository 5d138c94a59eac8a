/**
 * The events that are measured: deterministic, about 626 bytes as an entry, twelve fields and five keys of metadata,
 * 50,000 users and 40 types, so that index pages are touched as by a real application.
 */
import type { AuditEventInput } from '@auditlane/schema';

const KINDS = ['order', 'invoice', 'report', 'key'] as const;
const REGIONS = ['eu-central', 'eu-west', 'us-east', 'ap-south'];

/** The same event for the same number, as an application would pass it to `logAudit`. */
export function sampleEvent(number: number): AuditEventInput {
  const mixed = Math.imul(number, 2_654_435_761) >>> 0;
  return {
    event_type: `${KINDS[mixed % KINDS.length]}.changed_${mixed % 40}`,
    event_category: mixed % 50 === 0 ? 'warning' : 'info',
    user_id: `user-${mixed % 50_000}`,
    resource_type: 'order',
    resource_id: `ord_${mixed.toString(36)}_${number}`,
    description: `Order ${number} was changed by its owner in the customer console`,
    outcome: 'success',
    ip_address: `10.${mixed & 255}.${(mixed >>> 8) & 255}.${(mixed >>> 16) & 255}`,
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    metadata: {
      region: REGIONS[mixed % REGIONS.length],
      amount_cents: mixed % 1_000_000,
      request_id: `req-${mixed.toString(16)}-${number}`,
      items: [number % 7, number % 11],
      is_gift: mixed % 9 === 0,
    },
  };
}
