import { columnText } from './documented-rules.ts';
import type { ParsedRequest } from './parse-bytes.ts';
import type { Answer } from './send-request.ts';

/** A row of `security_events` that must be there; only the columns named are compared, of `event_data` only its keys named. */
export interface ExpectedSecurityEvent {
  /** Which request or line it comes from. */
  readonly name: string;
  readonly columns: Readonly<Record<string, unknown>> & { readonly event_type: string };
  readonly data: Readonly<Record<string, unknown>>;
}

/** The column `user_id` of a text as it was sent: cut and made storable, as the documentation says. */
function userColumn(user: string): string | null {
  return user === '' ? null : columnText({ field: 'user_id', limit: 255 }, user, { flags: 0, truncated: [] });
}

function readUser(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    const user: unknown = typeof parsed === 'object' && parsed !== null && 'user' in parsed ? parsed.user : null;
    return typeof user === 'string' ? user : '';
  } catch {
    return '';
  }
}

/** The security events of a request of an input file: one for a sign-in, none for any other. */
export function expectSecurityEvents(
  name: string,
  { method, url, body }: ParsedRequest,
  { status, correlationId }: Answer,
): readonly ExpectedSecurityEvent[] {
  if (method !== 'POST' || url.split('?')[0] !== '/sessions') return [];
  const isRight = status === 201;
  const columns = {
    event_type: isRight ? 'auth.login.success' : 'auth.login.failure',
    event_category: 'authentication',
    severity: isRight ? 'info' : 'medium',
    outcome: isRight ? 'success' : 'failure',
    source: 'web',
    user_id: userColumn(readUser(body)),
    ip_address: '127.0.0.1',
    correlation_id: correlationId,
  };
  return [{ name, columns, data: { method, route: '/sessions', status } }];
}
