// An ESM application one of whose dependencies uses CommonJS.
import { createRequire } from 'node:module';
import { AuditError, createAuditClient, defaultAuditClient, logAudit, logCriticalAudit } from '@auditlane/audit-client';
import { createAuditClient as createImportClient } from '@auditlane/audit-client/internal';

const cjs = createRequire(import.meta.url)('@auditlane/audit-client');
const event = { event_type: 'package.used', event_category: 'info', metadata: { node: process.version } };
const receipts = [await logAudit(event), await cjs.logAudit(event), await logCriticalAudit(event)];
const error = await cjs.logCriticalAudit({}).catch((thrown) => thrown);
const away = createAuditClient({ redisUrl: 'redis://127.0.0.1:1', logger: { warn() {} } });
receipts.push(await away.logAudit(event));
await away.close();
const importing = createImportClient({ acceptIds: true });
receipts.push(await importing.logAudit({ ...event, id: '01890a5d-ac96-774b-bcce-b302099a8057' }));
await importing.close();
process.stdout.write(
  JSON.stringify({
    node: process.version,
    receipts,
    isShared: defaultAuditClient() === cjs.defaultAuditClient(),
    isError: error instanceof AuditError && error.code === 'invalid',
  }),
);
