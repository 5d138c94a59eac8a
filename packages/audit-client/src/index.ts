export type { AuditEventInput, EventIssue } from '@auditlane/schema';
export type { AuditClient, AuditClientOptions, AuditClientStats } from './audit-client.ts';
export { AuditError, type AuditErrorCode } from './audit-error.ts';
export type { AuditLogger } from './audit-logger.ts';
export { createAuditClient } from './create-audit-client.ts';
export { defaultAuditClient } from './default-client.ts';
export { logAuditTx } from './log-audit-tx.ts';
export { logAudit, logCriticalAudit } from './log-audit.ts';
export {
  REJECTION_REASONS,
  type AcceptedReceipt,
  type AcceptedStatus,
  type Receipt,
  type RejectedReceipt,
  type RejectionReason,
  type TransactionReceipt,
} from './receipt.ts';
export type { AuditTransaction } from './transactions/audit-transaction.ts';
