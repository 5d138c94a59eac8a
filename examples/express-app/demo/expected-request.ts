import type { ParsedRequest } from './parse-bytes.ts';
import { toExpectedRow, type ExpectedRow, type SaidEvent } from './expected-row.ts';

type Fields = Readonly<Record<string, unknown>> | null;

/** What the application remembers between requests, kept a second time by the expectation. */
export interface Remembered {
  readonly usage: Map<string, number>;
  keys: number;
}

function fieldsOf(body: string): Fields {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? Object.fromEntries(Object.entries(parsed))
      : null;
  } catch {
    return null;
  }
}

function word(fields: Fields, name: string): string {
  const value = fields?.[name];
  return typeof value === 'string' ? value : '';
}

function signIn(fields: Fields): SaidEvent {
  const user = word(fields, 'user');
  const isRight = user !== '' && word(fields, 'password') === `${user}!`;
  return {
    event_type: isRight ? 'user.signed_in' : 'user.sign_in_failed',
    event_category: isRight ? 'info' : 'warning',
    event_domain: 'authentication',
    user_id: user || null,
    resource_type: 'user',
    resource_id: user || null,
    outcome: isRight ? 'success' : 'failure',
    description: isRight ? `${user} signed in` : `sign-in of ${user} failed`,
    metadata: { fields },
  };
}

function newKey(fields: Fields, remembered: Remembered): SaidEvent {
  const [user, name] = [word(fields, 'user'), word(fields, 'key_name')];
  remembered.keys += 1;
  return {
    event_type: 'api_key_created',
    event_category: 'info',
    user_id: user,
    resource_type: 'api_key',
    resource_id: `${user}-key-${remembered.keys}`,
    description: `${user} created the API key ${name}`,
    metadata: { key_name: name },
  };
}

function changedKey(user: string, id: string, verb: 'rotated' | 'deleted'): SaidEvent {
  return {
    event_type: `api_key_${verb}`,
    event_category: 'info',
    user_id: user,
    resource_type: 'api_key',
    resource_id: id,
    description: `${user} ${verb} the API key ${id}`,
  };
}

function usage(fields: Fields, { usage: spent }: Remembered): SaidEvent {
  const user = word(fields, 'user');
  const amount = typeof fields?.['amount'] === 'number' ? fields['amount'] : 0;
  const before = spent.get(user) ?? 0;
  const after = before + amount;
  spent.set(user, after);
  const crossed = [100, 90, 80].find((percent) => before < percent && after >= percent) ?? null;
  const warning = crossed === 100 ? 'usage_limit_reached' : `usage_warning_${crossed}_percent`;
  return {
    event_type: crossed === null ? 'usage.recorded' : warning,
    event_category: crossed === null ? 'info' : 'warning',
    user_id: user,
    resource_type: 'usage_quota',
    resource_id: user,
    description: `${user} has used ${after}% of the quota`,
    metadata: { amount, percent: after, threshold: crossed },
  };
}

function ban(fields: Fields): SaidEvent {
  const user = word(fields, 'user');
  return {
    event_type: 'permanent_ban_applied',
    event_category: 'critical',
    user_id: user,
    resource_type: 'account',
    resource_id: user,
    description: `${user} is banned for good`,
    metadata: { reason: word(fields, 'reason') },
  };
}

function plain(request: ParsedRequest): SaidEvent {
  const { method, url, httpVersion, headers, body } = request;
  return {
    event_type: 'http.request',
    event_category: 'info',
    event_domain: 'api',
    description: `${method} ${url}`,
    metadata: { method, url, http_version: httpVersion, headers, body },
  };
}

function say(request: ParsedRequest, remembered: Remembered): SaidEvent {
  const fields = fieldsOf(request.body);
  const path = request.url.split('?')[0] ?? '';
  if (request.method === 'POST' && path === '/sessions') return signIn(fields);
  if (request.method === 'POST' && path === '/api-keys') return newKey(fields, remembered);
  if (request.method === 'POST' && path === '/usage') return usage(fields, remembered);
  if (request.method === 'POST' && path === '/bans') return ban(fields);
  const key = /^\/api-keys\/([^/]+)(\/rotations)?$/.exec(path);
  const id = decodeURIComponent(key?.[1] ?? '');
  const user = word(fields, 'user');
  if (key !== null && request.method === 'DELETE' && key[2] === undefined) return changedKey(user, id, 'deleted');
  if (key !== null && request.method === 'POST' && key[2] !== undefined) return changedKey(user, id, 'rotated');
  return plain(request);
}

/** The row that a whole request must leave; called in the order in which the requests were answered. */
export function expectRequest(
  request: ParsedRequest,
  { remembered, correlationId }: { readonly remembered: Remembered; readonly correlationId: string | null },
): ExpectedRow {
  const said = say(request, remembered);
  const { 'user-agent': userAgent = null } = request.headers;
  return toExpectedRow({
    ...said,
    ip_address: '127.0.0.1',
    user_agent: userAgent,
    correlation_id: correlationId,
  });
}
