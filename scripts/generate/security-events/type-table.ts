import { SECURITY_EVENT_DEFAULTS, SecurityEventType } from '@auditlane/audit-client/events';
import { toTable } from './fill-block.ts';

/** Every built-in type with what is said of its events where nobody says otherwise. */
export function toTypeTable(): string {
  const rows = Object.entries(SecurityEventType).map(([key, type]) => {
    const { priority, severity, domain, outcome } = SECURITY_EVENT_DEFAULTS[type];
    return [`\`${type}\``, `\`${key}\``, priority.toUpperCase(), severity, domain, outcome ?? ''];
  });
  return toTable(['`event_type`', 'key of `SecurityEventType`', 'priority', 'severity', 'domain', 'outcome'], rows);
}
