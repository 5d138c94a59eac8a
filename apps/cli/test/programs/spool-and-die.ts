// An application that logs while Redis is away, and is killed.
import { createAuditClient } from '@auditlane/audit-client';

const audit = createAuditClient({ overflow: 'spool', logger: { warn: () => {} } });
const receipts = await Promise.all(
  Array.from({ length: 20 }, () => audit.logAudit({ event_type: 'order.placed', event_category: 'info' })),
);
process.stdout.write(`${receipts.map(({ status }) => status).join(' ')}\n`);
process.kill(process.pid, 'SIGKILL');
