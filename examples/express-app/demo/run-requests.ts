import { z } from 'zod';
import { expectRequest, type Remembered } from './expected-request.ts';
import { expectSecurityEvents, type ExpectedSecurityEvent } from './expected-security-events.ts';
import { readInputLines, toJsonRecord } from './input-file.ts';
import { parseBytes } from './parse-bytes.ts';
import { sendBytes, toBytes, type RequestRecord } from './send-request.ts';
import type { Acknowledged } from './stored-rows.ts';

const RequestLine = z.object({
  id: z.string(),
  method: z.string(),
  uri: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.number()])),
  data: z.string().nullable(),
  encoded_request: z.string().optional(),
});

/** What became of one input file. */
export interface Outcome {
  readonly sent: number;
  /** Never reached the application: the HTTP parser's answer was an error without an event. */
  readonly refused: number;
  /** Of the refused, those without a Host header: Node answers them itself and tells the application nothing. */
  readonly withoutHost: number;
  readonly acknowledged: readonly Acknowledged[];
  /** Reached the application, but no receipt of a kept event came back: each is a failure. */
  readonly unacknowledged: readonly string[];
}

/** What requests leave: their audit events, and the security events that the middleware makes of some of them. */
export interface RequestOutcome extends Outcome {
  readonly securityEvents: readonly ExpectedSecurityEvent[];
}

/** Reads a file of requests, one JSON object a line. Throws DemoUsageError on the first line that is none, naming it. */
export async function readRequests(path: string): Promise<readonly RequestRecord[]> {
  return (await readInputLines(path)).map((line) => {
    const { encoded_request: encoded, ...record } = toJsonRecord(line, RequestLine);
    return encoded === undefined ? record : { ...record, encoded_request: encoded };
  });
}

/** Sends the requests one after another, so that the application's own state is as the expectation counts it. */
export async function runRequests(port: number, requests: readonly RequestRecord[]): Promise<RequestOutcome> {
  const remembered: Remembered = { usage: new Map(), keys: 0 };
  const acknowledged: Acknowledged[] = [];
  const securityEvents: ExpectedSecurityEvent[] = [];
  const unacknowledged: string[] = [];
  let refused = 0;
  let withoutHost = 0;
  for (const request of requests) {
    const bytes = toBytes(request);
    const answer = await sendBytes(port, bytes);
    if (answer.auditStatus === null && (answer.status === 400 || answer.status === 431 || answer.status === 501)) {
      refused += 1;
      if (parseBytes(bytes).headers['host'] === undefined) withoutHost += 1;
      continue;
    }
    if (answer.eventId === null) {
      unacknowledged.push(
        `${request.id} (HTTP ${answer.status ?? 'no answer'}, receipt ${answer.auditStatus ?? 'none'})`,
      );
      continue;
    }
    const parsed = parseBytes(bytes);
    const { correlationId } = answer;
    const expected = expectRequest(parsed, { remembered, correlationId });
    acknowledged.push({ name: request.id, id: answer.eventId, expected });
    securityEvents.push(...expectSecurityEvents(request.id, parsed, answer));
  }
  return { sent: requests.length, refused, withoutHost, acknowledged, unacknowledged, securityEvents };
}
