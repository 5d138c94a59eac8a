import type { EventCategory, EventDomain, Outcome, Severity } from '@auditlane/schema';
import type { EventPriority } from '../event-priority.ts';
import type { SecurityEventType } from './security-event-type.ts';
import { toEventCategory } from './to-event-category.ts';

/** What is said of an event where neither its call nor its details say it. */
export interface SecurityEventDefaults {
  /** How soon it is handed on. */
  readonly priority: EventPriority;
  /** How bad it is: the column `severity`. */
  readonly severity: Severity;
  /** The column `event_category`; `critical` ones take the urgent lane. */
  readonly category: EventCategory;
  /** The column `event_domain`, by which an event is in the view `security_events`. */
  readonly domain: EventDomain;
  /** The column `outcome`; null leaves it empty. */
  readonly outcome: Outcome | null;
}

type Row = readonly [priority: EventPriority, severity: Severity, domain: EventDomain, outcome: Outcome];

function row(...[priority, severity, domain, outcome]: Row): SecurityEventDefaults {
  return Object.freeze({ priority, severity, category: toEventCategory(severity), domain, outcome });
}

/**
 * The defaults of every built-in type: priority, severity, domain, outcome; the category follows from the severity. To
 * change one, or to give a type of your own its defaults, pass `eventTypes` to `createSecurityEventService`; this table
 * itself is frozen.
 */
export const SECURITY_EVENT_DEFAULTS: Readonly<Record<SecurityEventType, SecurityEventDefaults>> = Object.freeze({
  'auth.login.success': row('info', 'info', 'authentication', 'success'),
  'auth.login.failure': row('medium', 'medium', 'authentication', 'failure'),
  'auth.logout': row('info', 'info', 'authentication', 'success'),
  'auth.mfa.success': row('info', 'info', 'authentication', 'success'),
  'auth.mfa.failure': row('medium', 'medium', 'authentication', 'failure'),
  'auth.mfa.enabled': row('low', 'low', 'authentication', 'success'),
  'auth.mfa.disabled': row('high', 'high', 'authentication', 'success'),
  'auth.password.changed': row('medium', 'low', 'authentication', 'success'),
  'auth.password.reset_requested': row('low', 'low', 'authentication', 'success'),
  'auth.password.reset': row('medium', 'medium', 'authentication', 'success'),
  'auth.account.locked': row('high', 'high', 'authentication', 'denied'),
  'auth.account.unlocked': row('medium', 'low', 'authentication', 'success'),
  'auth.token.issued': row('info', 'info', 'authentication', 'success'),
  'auth.token.refreshed': row('info', 'info', 'authentication', 'success'),
  'auth.token.revoked': row('low', 'low', 'authentication', 'success'),
  'auth.token.rejected': row('medium', 'medium', 'authentication', 'denied'),

  'access.granted': row('info', 'info', 'authorization', 'success'),
  'access.denied': row('medium', 'medium', 'authorization', 'denied'),
  'access.unauthenticated': row('low', 'low', 'authorization', 'denied'),
  'access.role.changed': row('high', 'medium', 'authorization', 'success'),
  'access.permission.changed': row('high', 'medium', 'authorization', 'success'),
  'access.privilege.escalated': row('critical', 'critical', 'authorization', 'unknown'),

  'account.created': row('low', 'info', 'account', 'success'),
  'account.updated': row('info', 'info', 'account', 'success'),
  'account.suspended': row('medium', 'medium', 'account', 'success'),
  'account.reactivated': row('low', 'low', 'account', 'success'),
  'account.deleted': row('medium', 'medium', 'account', 'success'),

  'data.read': row('low', 'info', 'data_access', 'success'),
  'data.created': row('info', 'info', 'data_access', 'success'),
  'data.modified': row('low', 'low', 'data_access', 'success'),
  'data.exported': row('medium', 'medium', 'data_access', 'success'),
  'data.deleted': row('medium', 'medium', 'data_access', 'success'),

  'api.request': row('info', 'info', 'api', 'success'),
  'api.error': row('high', 'high', 'api', 'failure'),
  'api.rate_limit.exceeded': row('medium', 'medium', 'api', 'denied'),

  'threat.sql_injection': row('critical', 'critical', 'threat', 'unknown'),
  'threat.xss': row('high', 'high', 'threat', 'unknown'),
  'threat.path_traversal': row('high', 'high', 'threat', 'unknown'),
  'threat.command_injection': row('critical', 'critical', 'threat', 'unknown'),
  'threat.brute_force': row('high', 'high', 'threat', 'unknown'),
  'threat.credential_stuffing': row('high', 'high', 'threat', 'unknown'),
  'threat.suspicious_activity': row('medium', 'medium', 'threat', 'unknown'),

  'system.configuration.changed': row('medium', 'medium', 'system', 'success'),
  'system.error': row('high', 'high', 'system', 'failure'),
  'system.started': row('info', 'info', 'system', 'success'),
  'system.stopped': row('low', 'low', 'system', 'success'),

  'manufacturing.station_operation': row('info', 'info', 'manufacturing', 'success'),
  'manufacturing.quality_check': row('info', 'info', 'manufacturing', 'success'),
  'manufacturing.quality_failure': row('medium', 'medium', 'manufacturing', 'failure'),
  'manufacturing.equipment_operation': row('info', 'info', 'manufacturing', 'success'),
  'manufacturing.equipment_fault': row('high', 'high', 'manufacturing', 'failure'),

  'compliance.data_processed': row('info', 'info', 'compliance', 'success'),
  'compliance.data_requested': row('low', 'low', 'compliance', 'success'),
  'compliance.retention_applied': row('low', 'info', 'compliance', 'success'),
  'compliance.consent_given': row('low', 'info', 'compliance', 'success'),
  'compliance.consent_withdrawn': row('medium', 'low', 'compliance', 'success'),

  'session.created': row('info', 'info', 'authentication', 'success'),
  'session.terminated': row('info', 'info', 'authentication', 'success'),

  'device.registered': row('low', 'info', 'authentication', 'success'),
  'device.trust_changed': row('medium', 'medium', 'authentication', 'success'),
  'device.suspicious_activity': row('high', 'high', 'threat', 'unknown'),
  'device.revoked': row('medium', 'medium', 'authentication', 'success'),

  'encryption.encrypted': row('info', 'info', 'data_access', 'success'),
  'encryption.decrypted': row('low', 'low', 'data_access', 'success'),
  'encryption.key_rotated': row('medium', 'medium', 'system', 'success'),

  'violation.security': row('high', 'high', 'threat', 'unknown'),
  'violation.policy': row('medium', 'medium', 'compliance', 'failure'),
});
