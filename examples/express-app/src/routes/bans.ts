import type { Express } from 'express';
import { auditOf, sendReceipt, type RouteContext } from '../audited-request.ts';
import { textOf, toFields } from '../read-body.ts';

/** `POST /bans { user, reason }`: a permanent ban; the answer waits until its event is a row in Postgres. */
export function addBanRoutes(app: Express, { audit }: RouteContext): void {
  app.post('/bans', async (request, response) => {
    const fields = toFields(request.body);
    const user = textOf(fields, 'user');
    const receipt = await audit.logCriticalAudit({
      ...auditOf(request),
      event_type: 'permanent_ban_applied',
      event_category: 'critical',
      user_id: user,
      resource_type: 'account',
      resource_id: user,
      description: `${user} is banned for good`,
      metadata: { reason: textOf(fields, 'reason') },
    });
    sendReceipt(response, receipt, { status: 201, body: { banned: user } });
  });
}
