// A CommonJS application.
const { logAudit, logCriticalAudit } = require('@auditlane/audit-client');

const event = { event_type: 'package.used', event_category: 'info' };
void Promise.all([logAudit(event), logCriticalAudit(event)]).then((receipts) => {
  process.stdout.write(JSON.stringify({ node: process.version, receipts }));
});
