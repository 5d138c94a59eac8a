/**
 * A small application as a user of Auditlane would write it: sign-ins, API keys, a usage quota, and bans. Every request
 * that arrives whole leaves exactly one audit event; the answer names it in the header `x-audit-event`.
 */
import express, { type Express } from 'express';
import type { AuditClient } from '@auditlane/audit-client';
import { createAccounts } from './accounts.ts';
import { auditOf, sendReceipt } from './audited-request.ts';
import { readBody } from './read-body.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addBanRoutes } from './routes/bans.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addUsageRoutes } from './routes/usage.ts';

/** Builds the application around an audit client; it listens nowhere yet. */
export function createApp(audit: AuditClient): Express {
  const app = express();
  const accounts = createAccounts();
  app.disable('x-powered-by');
  app.use(readBody);
  addSessionRoutes(app, { audit, accounts });
  addApiKeyRoutes(app, { audit, accounts });
  addUsageRoutes(app, { audit, accounts });
  addBanRoutes(app, { audit, accounts });
  app.use(async (request, response) => {
    const receipt = await audit.logAudit({
      ...auditOf(request),
      event_type: 'http.request',
      event_category: 'info',
      event_domain: 'api',
      description: `${request.method} ${request.url}`,
      metadata: {
        method: request.method,
        url: request.url,
        http_version: request.httpVersion,
        headers: request.headers,
        body: request.body,
      },
    });
    sendReceipt(response, receipt, { status: 404, body: { error: 'there is nothing here' } });
  });
  return app;
}
