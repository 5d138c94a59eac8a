import type { FleetMetrics } from './audit-metrics.ts';

/** How workers that ended, or were stopped, come back. */
export const RESTART_WORKERS = 'npm run pm2 -- restart audit-worker';

/** What makes workers store more: two more of them, unless there is none, when more would stop like those before. */
export function toMoreWorkers(metrics: FleetMetrics): string {
  return metrics.workers_running === 0 ? RESTART_WORKERS : 'npm run pm2 -- scale audit-worker +2';
}
