// A TypeScript application that compiles to CommonJS.
import { createAuditClient, logAudit, type Receipt } from '@auditlane/audit-client';
import internal = require('@auditlane/audit-client/internal');

export const first: Promise<Receipt> = logAudit({ event_type: 'a.b', event_category: 'critical' });
export const client = createAuditClient();
export const importer = internal.createAuditClient({ acceptIds: true });
void importer.logAudit({ event_type: 'a.b', event_category: 'info', id: '01890a5d-ac96-774b-bcce-b302099a8057' });
