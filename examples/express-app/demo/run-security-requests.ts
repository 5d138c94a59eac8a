import type { ExpectedSecurityEvent } from './expected-security-events.ts';
import { STEPS, type Step } from './security-steps.ts';
import { sendBytes, toBytes, type Answer } from './send-request.ts';

/** What the requests came to. */
export interface SecurityOutcome {
  readonly securityEvents: readonly ExpectedSecurityEvent[];
  /** The audit events of these requests, which are rows of `security_events` where they have a domain. */
  readonly auditEventIds: readonly string[];
  /** Answers that are not what they should be: each is a failure. */
  readonly wrongAnswers: readonly string[];
}

function toHeaders({ user, traceId }: Step): Readonly<Record<string, string>> {
  const basic = Buffer.from(`${user}:${user}!`).toString('base64');
  return {
    Host: 'shop.example',
    'User-Agent': 'Relay/2.1 (console)',
    ...(user === undefined ? {} : { Authorization: `Basic ${basic}` }),
    ...(traceId === undefined ? {} : { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }),
  };
}

/** Why an answer is wrong, or null. */
function findFault({ name, status, traceId }: Step, answer: Answer): string | null {
  if (answer.status !== status) return `${name}: HTTP ${answer.status ?? 'no answer'} instead of ${status}`;
  if (answer.correlationId === null) return `${name}: the answer names no correlation id`;
  return traceId === undefined || answer.correlationId === traceId ? null : `${name}: not the id of its trace`;
}

/** Sends the steps one after another. */
export async function runSecurityRequests(port: number): Promise<SecurityOutcome> {
  const securityEvents: ExpectedSecurityEvent[] = [];
  const auditEventIds: string[] = [];
  const wrongAnswers: string[] = [];
  for (const step of STEPS) {
    const { name, method, uri, body, leaves } = step;
    const data = body === undefined ? null : JSON.stringify(body);
    const answer = await sendBytes(port, toBytes({ id: name, method, uri, headers: toHeaders(step), data }));
    const fault = findFault(step, answer);
    if (fault !== null) wrongAnswers.push(fault);
    if (answer.eventId !== null) auditEventIds.push(answer.eventId);
    const { correlationId } = answer;
    for (const { columns, data: of } of leaves) {
      securityEvents.push({ name, columns: { ...columns, correlation_id: correlationId }, data: of });
    }
  }
  return { securityEvents, auditEventIds, wrongAnswers };
}
