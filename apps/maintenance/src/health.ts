/**
 * The health check of a maintenance container: `node apps/maintenance/src/health.ts`. That the process is alive is not
 * enough: exit 0 when partitions were prepared within the last 2 hours, else 1 with one line that says why. While
 * Postgres is away they cannot be, and that is the line.
 */
import { EXIT, loadEnvFile, parseEnv } from '@auditlane/runtime';
import { createPool, readMaintenanceRuns } from '@auditlane/store';
import { toSsl } from './database/maintenance-pool.ts';
import { maintenanceEnvSchema } from './env.ts';
import { explainStaleness } from './runs/explain-staleness.ts';

/** Below the 10 s that a container gives its check. */
const DEADLINE_MS = 3000;

async function readHealth(): Promise<string | null> {
  loadEnvFile();
  const env = parseEnv(maintenanceEnvSchema);
  const pool = createPool(env.DATABASE_URL, {
    applicationName: 'audit-maintenance-health',
    max: 1,
    connectTimeoutMs: DEADLINE_MS,
    statementTimeoutMs: DEADLINE_MS,
    queryTimeoutMs: DEADLINE_MS,
    ...toSsl(env),
  });
  try {
    return explainStaleness(await readMaintenanceRuns(pool), Date.now());
  } finally {
    await pool.end();
  }
}

try {
  const fault = await readHealth();
  if (fault !== null) process.stderr.write(`${fault}\n`);
  process.exitCode = fault === null ? EXIT.ok : EXIT.failed;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT.failed;
}
