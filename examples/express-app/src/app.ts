/**
 * A small application as a user of Auditlane would write it: sign-ins, API keys, a usage quota, and bans. Every request
 * of these that arrives whole leaves exactly one audit event; the answer names it in the header `x-audit-event`. Sign-ins,
 * refusals and errors are security events besides, with the correlation id that the answer names in `x-correlation-id`.
 */
import express, { type Express, type Request } from 'express';
import type { AuditClient } from '@auditlane/audit-client';
import { type Accounts, createAccounts } from './accounts.ts';
import { answerFailures } from './answer-failures.ts';
import { auditOf, sendReceipt } from './audited-request.ts';
import { readBody, textOf, toFields } from './read-body.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addBanRoutes } from './routes/bans.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addStatementRoutes } from './routes/statements.ts';
import { addUsageRoutes } from './routes/usage.ts';
import type { SecurityEvents } from './security-events.ts';

/** What the application is built around. */
export interface AppParts {
  readonly accounts?: Accounts;
  /** Absent: no security events, and no routes that leave nothing else. */
  readonly security?: SecurityEvents;
}

/** Builds the application around an audit client; it listens nowhere yet. */
export function createApp(audit: AuditClient, { accounts = createAccounts(), security }: AppParts = {}): Express {
  const app = express();
  app.disable('x-powered-by');
  if (security !== undefined) watchRequests(app, security);
  app.use(readBody);
  addSessionRoutes(app, { audit, accounts });
  addApiKeyRoutes(app, { audit, accounts });
  addUsageRoutes(app, { audit, accounts });
  addBanRoutes(app, { audit, accounts });
  if (security !== undefined) addStatementRoutes(app, accounts, security);
  recordOtherRequests(app, audit);
  if (security !== undefined) answerFailures(app, security);
  return app;
}

/** Before all else, so that requests which never arrive whole are seen as well. */
function watchRequests(app: Express, { middleware }: SecurityEvents): void {
  app.use(middleware);
  // Read when the answer has been sent: by then there is a body.
  const userId = (request: Request): string | undefined => textOf(toFields(request.body), 'user') || undefined;
  app.post('/sessions', middleware.authentication({ userId }));
}

function recordOtherRequests(app: Express, audit: AuditClient): void {
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
}
