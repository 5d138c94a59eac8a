import type { Express } from 'express';
import { auditOf, sendReceipt, type RouteContext } from '../audited-request.ts';
import { textOf, toFields } from '../read-body.ts';

/** `POST /sessions { user, password }`: a sign-in, recorded whether it succeeds or not. */
export function addSessionRoutes(app: Express, { audit, accounts }: RouteContext): void {
  app.post('/sessions', async (request, response) => {
    const fields = toFields(request.body);
    const user = textOf(fields, 'user');
    const isRight = accounts.isPasswordOf(user, textOf(fields, 'password'));
    const receipt = await audit.logAudit({
      ...auditOf(request),
      event_type: isRight ? 'user.signed_in' : 'user.sign_in_failed',
      event_category: isRight ? 'info' : 'warning',
      event_domain: 'authentication',
      user_id: user === '' ? null : user,
      resource_type: 'user',
      resource_id: user === '' ? null : user,
      outcome: isRight ? 'success' : 'failure',
      description: isRight ? `${user} signed in` : `sign-in of ${user} failed`,
      metadata: { fields },
    });
    sendReceipt(response, receipt, { status: isRight ? 201 : 401, body: { signed_in: isRight } });
  });
}
