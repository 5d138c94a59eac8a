import type { EventCategory, Severity } from '@auditlane/schema';

/** The category that goes with a severity: critical is critical, high and medium are warning, low and info are info. */
export function toEventCategory(severity: Severity): EventCategory {
  if (severity === 'critical') return 'critical';
  return severity === 'high' || severity === 'medium' ? 'warning' : 'info';
}
