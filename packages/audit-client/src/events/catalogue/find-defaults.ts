import { type EventDomain, isEventDomain, type Severity } from '@auditlane/schema';
import { EventPriority } from '../event-priority.ts';
import { SECURITY_EVENT_DEFAULTS, type SecurityEventDefaults } from './security-event-defaults.ts';

/** The severity of an event of which only the priority is known. */
export const SEVERITY_BY_PRIORITY: Readonly<Record<EventPriority, Severity>> = Object.freeze({
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  info: 'info',
});

const BUILT_IN: ReadonlyMap<string, SecurityEventDefaults> = new Map(Object.entries(SECURITY_EVENT_DEFAULTS));
/** First words of types whose family is not itself the name of a domain. */
const DOMAIN_OF_FAMILY: ReadonlyMap<string, EventDomain> = new Map(
  Object.entries(SECURITY_EVENT_DEFAULTS).map(([type, { domain }]) => [firstWordOf(type), domain]),
);

function firstWordOf(type: string): string {
  const dot = type.indexOf('.');
  return dot === -1 ? type : type.slice(0, dot);
}

/**
 * The domain of a type that no table has: its first dotted word where that names a domain or a built-in family
 * (`threat.port_scan`, `auth.passkey.added`), else `system`, so that no event is missing from `security_events`.
 */
function toEventDomain(type: string): EventDomain {
  const word = firstWordOf(type);
  return isEventDomain(word) ? word : (DOMAIN_OF_FAMILY.get(word) ?? 'system');
}

/** The defaults of a type of which nothing is known but its name. */
export function toUnknownDefaults(type: string): SecurityEventDefaults {
  return {
    priority: EventPriority.INFO,
    severity: 'info',
    category: 'info',
    domain: toEventDomain(type),
    outcome: null,
  };
}

/** The built-in defaults of `type`; for a type of the user's own those of an event of which only the name is known. */
export function findSecurityEventDefaults(type: string): SecurityEventDefaults {
  return BUILT_IN.get(type) ?? toUnknownDefaults(type);
}
