import type { Express, Request, Response } from 'express';
import type { Accounts } from '../accounts.ts';
import type { SecurityEvents } from '../security-events.ts';
import { readSignedIn } from '../signed-in.ts';

/**
 * `GET /statements/:user`: what a user has spent, for that user alone (HTTP Basic). The route logs nothing: the two
 * helpers say what it is, and the middleware tells from the answer whether it was read, refused or failed.
 */
export function addStatementRoutes(app: Express, accounts: Accounts, { middleware }: SecurityEvents): void {
  app.get(
    '/statements/:user',
    middleware.permission('statement.read'),
    middleware.dataAccess({ resourceType: 'statement', resourceId: (request) => String(request.params['user']) }),
    (request: Request, response: Response) => {
      response.set('connection', 'close');
      const signedIn = readSignedIn(request, accounts);
      if (signedIn === null) {
        response.set('www-authenticate', 'Basic realm="shop"').status(401).json({ error: 'sign in first' });
      } else if (signedIn !== request.params['user']) {
        response.status(403).json({ error: 'this is the statement of somebody else' });
      } else {
        response.json({ user: signedIn, percent: accounts.usageOf(signedIn) });
      }
    },
  );
}
