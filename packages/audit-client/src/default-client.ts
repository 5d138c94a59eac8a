import type { AuditClient } from './audit-client.ts';
import { createClient } from './create-client.ts';

/** Where every copy of this package in a process finds the default client. The number changes when its shape does. */
const SHARED = Symbol.for('auditlane.audit-client.default.v1');

interface Shared {
  readonly pid: number;
  readonly client: AuditClient;
}

/**
 * The client that `logAudit` uses: made from the environment at the first call, and one for the whole process, although
 * `import` and `require` load two copies of this file. In a forked or revived process another one is made.
 */
export function defaultAuditClient(): AuditClient {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (isShared(known) && known.pid === process.pid) {
    return known.client;
  }
  const shared: Shared = { pid: process.pid, client: createClient(undefined, false) };
  Reflect.set(globalThis, SHARED, shared);
  return shared.client;
}

function isShared(value: unknown): value is Shared {
  return typeof value === 'object' && value !== null && 'pid' in value && 'client' in value;
}
