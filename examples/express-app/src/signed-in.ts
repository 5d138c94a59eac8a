import type { Request } from 'express';
import type { Accounts } from './accounts.ts';

/** Who signs a request by HTTP Basic authentication; null when nobody does, or the password is wrong. Never throws. */
export function readSignedIn(request: Request, accounts: Accounts): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const user = pair.slice(0, Math.max(0, colon));
  return accounts.isPasswordOf(user, pair.slice(colon + 1)) ? user : null;
}
