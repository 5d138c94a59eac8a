import type { AccessScope } from '@auditlane/runtime';

interface LoopbackEnv {
  readonly NODE_ENV: string;
  readonly AUDIT_LOOPBACK_SCOPES?: readonly AccessScope[] | undefined;
}

/** What a request of this machine may do without a key: as set; else it may monitor and, outside production, read. */
export function toLoopbackScopes(env: LoopbackEnv): readonly AccessScope[] {
  // "Production" and "production " mean it too: a slip of the pen must not open more than was meant.
  const isProduction = env.NODE_ENV.trim().toLowerCase() === 'production';
  return env.AUDIT_LOOPBACK_SCOPES ?? (isProduction ? ['monitor'] : ['monitor', 'read']);
}
