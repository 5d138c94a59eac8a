// A TypeScript application; compiled, not run.
import {
  AuditError,
  type AuditClientOptions,
  type AuditEventInput,
  createAuditClient,
  logAudit,
  logAuditTx,
  logCriticalAudit,
  type Receipt,
  type RejectionReason,
} from '@auditlane/audit-client';

const event: AuditEventInput = {
  event_type: 'a.b',
  event_category: 'warning',
  metadata: { any: ['thing'] },
  user_id: null,
};
const options: AuditClientOptions = { overflow: 'wait', logger: { warn: (facts, message) => void [facts, message] } };
const audit = createAuditClient(options);

export function describe(receipt: Receipt): string {
  switch (receipt.status) {
    case 'queued':
      return receipt.copies === 2 ? `${receipt.id} twice` : receipt.id;
    case 'spooled':
    case 'stored':
      return receipt.id;
    case 'rejected': {
      const reason: RejectionReason = receipt.reason;
      return `${reason}: ${receipt.issues?.map((issue) => issue.path).join() ?? ''}`;
    }
  }
}

// @ts-expect-error event_type is required
await logAudit({ event_category: 'info' });
// @ts-expect-error the urgency is a closed set
await logAudit({ event_type: 'a.b', event_category: 'urgent' });
// @ts-expect-error ids are minted by the library
await logAudit({ ...event, id: '01890a5d-ac96-774b-bcce-b302099a8057' });
// @ts-expect-error the policy is a closed set
createAuditClient({ overflow: 'sometimes' });

const written = await logAuditTx({ query: (text: string) => Promise.resolve(text) }, event);
const word: 'in_transaction' | 'rejected' = written.status;
void word;
// @ts-expect-error a URL is no connection
await logAuditTx('postgres://localhost/app', event);

try {
  const { id, status } = await logCriticalAudit(event);
  const place: 'queued' | 'spooled' | 'stored' = status;
  void [id, place, describe(await audit.logAudit(event))];
} catch (error) {
  if (error instanceof AuditError && error.isRetryable) void error.code;
}
