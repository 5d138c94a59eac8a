import type { Request, Response } from 'express';
import type { AuditClient, Receipt } from '@auditlane/audit-client';
import type { Accounts } from './accounts.ts';

/** What every route works with. */
export interface RouteContext {
  readonly audit: AuditClient;
  readonly accounts: Accounts;
}

/** The fields that every event of a request shares: where it came from. */
export function auditOf(request: Request): { readonly ip_address: string | null; readonly user_agent: string | null } {
  return { ip_address: request.ip ?? null, user_agent: request.get('user-agent') ?? null };
}

/** Answers with a status and a body, and names the audit event in the headers `x-audit-event` and `x-audit-status`. */
export function sendReceipt(
  response: Response,
  receipt: Receipt,
  answer: { readonly status: number; readonly body: object },
): void {
  if (receipt.status !== 'rejected') response.set('x-audit-event', receipt.id);
  response.set('x-audit-status', receipt.status);
  response.set('connection', 'close');
  response.status(answer.status).json(answer.body);
}
