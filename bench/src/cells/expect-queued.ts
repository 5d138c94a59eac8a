import type { Receipt } from '@auditlane/audit-client';

/** Fails unless the queue has it: a figure of events that went elsewhere, or nowhere, would be none. */
export function expectQueued(receipt: Receipt): asserts receipt is Receipt & { readonly status: 'queued' } {
  if (receipt.status === 'queued') return;
  const why = receipt.status === 'rejected' ? `rejected: ${receipt.reason}` : receipt.status;
  throw new Error(`an event was not queued but ${why}`);
}
