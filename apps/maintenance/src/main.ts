/**
 * Maintenance: brings the database up to this release when it starts, then prepares partitions, drops expired ones and
 * looks after the servers' settings, on a schedule. `app.ts` wires it.
 */
import { runProcess } from '@auditlane/runtime';
import { openMaintenance } from './app.ts';
import { maintenanceEnvSchema } from './env.ts';

await runProcess({ name: 'audit-maintenance', envSchema: maintenanceEnvSchema, start: openMaintenance });
