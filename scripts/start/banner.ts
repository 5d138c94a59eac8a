import { toAdminKeyPath } from './admin-key.ts';
import { withoutPassword } from './addresses.ts';
import type { StartSettings } from './settings.ts';
import type { OpenStack } from './stack.ts';

/** What a person needs to go on, printed once when everything works. */
export function printReady(ready: {
  readonly open: OpenStack;
  readonly settings: StartSettings;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}): void {
  const { addresses, event } = ready.open;
  const seconds = ((event.storedAt - ready.startedAt) / 1000).toFixed(1);
  const { dataDir } = ready.settings;
  const lines = [
    '',
    `  Auditlane is ready: event ${event.id} was stored and read back ${seconds} s after the start.`,
    '',
    `  Metrics      curl ${addresses.AUDIT_API_URL}/api/v1/monitoring/audit-metrics`,
    `  Health       curl ${addresses.AUDIT_API_URL}/api/v1/monitoring/health`,
    `  API          ${addresses.AUDIT_API_URL}/openapi.json`,
    `  Admin key    ${toAdminKeyPath(dataDir)}`,
    `  Processes    npm run pm2 -- list`,
    `  Postgres     ${withoutPassword(addresses.DATABASE_URL)}`,
    '',
    `  For your application (also in ${dataDir}/env):`,
    `  export REDIS_URL='${addresses.REDIS_URL}' DATABASE_URL='${addresses.DATABASE_URL}'`,
    '',
    '  Ctrl-C stops everything; the data stays.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
