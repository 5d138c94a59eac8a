import type { Express } from 'express';
import { auditOf, sendReceipt, type RouteContext } from '../audited-request.ts';
import { textOf, toFields } from '../read-body.ts';

/** The highest threshold that this use crossed, or null. */
function crossed(before: number, after: number): { readonly type: string; readonly percent: number } | null {
  const thresholds = [
    { type: 'usage_limit_reached', percent: 100 },
    { type: 'usage_warning_90_percent', percent: 90 },
    { type: 'usage_warning_80_percent', percent: 80 },
  ];
  return thresholds.find(({ percent }) => before < percent && after >= percent) ?? null;
}

/** `POST /usage { user, amount }`: spends from the quota of 100; crossing 80, 90 and 100 percent is a warning. */
export function addUsageRoutes(app: Express, { audit, accounts }: RouteContext): void {
  app.post('/usage', async (request, response) => {
    const fields = toFields(request.body);
    const user = textOf(fields, 'user');
    const amount = typeof fields?.['amount'] === 'number' ? fields['amount'] : 0;
    const { before, after } = accounts.addUsage(user, amount);
    const threshold = crossed(before, after);
    const receipt = await audit.logAudit({
      ...auditOf(request),
      event_type: threshold?.type ?? 'usage.recorded',
      event_category: threshold === null ? 'info' : 'warning',
      user_id: user,
      resource_type: 'usage_quota',
      resource_id: user,
      description: `${user} has used ${after}% of the quota`,
      metadata: { amount, percent: after, threshold: threshold?.percent ?? null },
    });
    sendReceipt(response, receipt, { status: 200, body: { percent: after } });
  });
}
