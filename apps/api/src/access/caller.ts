import type { AccessScope } from '@auditlane/runtime';
import { Problem } from '../http/problem.ts';

/** Who sends a request: the holder of a key, somebody on this machine, or nobody known. */
export type Caller =
  | { readonly kind: 'key'; readonly keyId: string; readonly name: string; readonly scopes: readonly string[] }
  | { readonly kind: 'loopback'; readonly scopes: readonly string[] }
  | { readonly kind: 'anonymous' };

export const ANONYMOUS: Caller = { kind: 'anonymous' };

/**
 * Throws unless the caller may do what the scope names; `admin` may do everything. Without a key the answer is 401
 * even on this machine, since a key would help; with one it is 403.
 */
export function requireScope(caller: Caller, scope: AccessScope): void {
  const scopes = caller.kind === 'anonymous' ? [] : caller.scopes;
  if (scopes.includes(scope) || scopes.includes('admin')) {
    return;
  }
  if (caller.kind === 'key') {
    throw new Problem('forbidden', { detail: `The scope ${scope} is needed.` });
  }
  throw new Problem('unauthorized', { headers: { 'www-authenticate': 'Bearer realm="auditlane"' } });
}
