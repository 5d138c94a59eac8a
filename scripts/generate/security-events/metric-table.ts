import { createSecurityEventService, type RegisteredMetric } from '@auditlane/audit-client/events';
import { toTable } from './fill-block.ts';

/** Every metric of a service, as a registry is given them. */
export function toMetricTable(): string {
  const metrics: RegisteredMetric[] = [];
  createSecurityEventService().registerMetrics({
    registerMetric: (metric: RegisteredMetric) => metrics.push(metric),
  });
  return toTable(
    ['metric', 'kind', 'meaning'],
    metrics.map(({ name, type, help }) => [`\`${name}\``, type, help]),
  );
}
