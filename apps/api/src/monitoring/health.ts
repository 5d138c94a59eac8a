/**
 * Health as a table of rules: which state of which service means what. `AuditMetrics.health` follows the
 * recommendations; the health route asks something narrower: can an event become a row now?
 */
import * as z from 'zod';
import type { Finding } from './recommendations.ts';
import { HealthStatus } from './audit-metrics.ts';

export const ServiceStates = z
  .strictObject({
    redis: z.enum(['connected', 'away']),
    audit_worker: z
      .enum(['running', 'stopped', 'unknown'])
      .meta({ description: 'unknown while Redis, which has the heartbeats, is away.' }),
    postgres: z.enum(['connected', 'away']),
  })
  .meta({ id: 'ServiceStates' });
export type ServiceStates = Readonly<z.output<typeof ServiceStates>>;

/** The answer of `GET /monitoring/health`. */
export const Health = z
  .strictObject({
    status: HealthStatus,
    services: ServiceStates,
  })
  .meta({ id: 'Health' });
export type Health = Readonly<z.output<typeof Health>>;

type ServiceRule = readonly [service: keyof ServiceStates, state: string, isServing: boolean];

/** One line per state of a service: does an event still become a row? */
const SERVICE_RULES: readonly ServiceRule[] = [
  ['redis', 'connected', true],
  ['redis', 'away', false],
  ['audit_worker', 'running', true],
  ['audit_worker', 'stopped', false],
  ['audit_worker', 'unknown', false],
  ['postgres', 'connected', true],
  ['postgres', 'away', false],
];

/** True when every service is in a state in which an event becomes a row. */
export function isServing(services: ServiceStates): boolean {
  return SERVICE_RULES.every(([service, state, serves]) => services[service] !== state || serves);
}

/** The worst severity among findings as a status. */
export function toHealthStatus(findings: readonly Finding[]): HealthStatus {
  const has = (severity: Finding['severity']) => findings.some((finding) => finding.severity === severity);
  if (has('critical')) {
    return 'critical';
  }
  return has('warning') ? 'degraded' : 'healthy';
}
