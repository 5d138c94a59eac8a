import type { CopiedHeaders } from './copy-headers.ts';
import { copyHeaders } from './copy-headers.ts';
import { cutText } from './copy-text.ts';
import type { Ending } from './declaration.ts';
import type { ErrorFacts } from './describe-error.ts';
import { MAX_PATH_CHARACTERS, readUrl } from './request-path.ts';
import type { UserFacts } from './user-lookup.ts';
import type { Watch } from './watch.ts';

/** What an event says of a request. Keys that name a column fill it; the others become metadata. */
export interface RequestDetails extends UserFacts {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly outcome: 'success' | 'failure' | 'denied' | 'unknown';
  readonly description: string;
  readonly method: string;
  /** As the client wrote it, without the query. */
  readonly path: string;
  /** The pattern that matched, or null. */
  readonly route: string | null;
  /** What the application answered; null when the connection ended before it had begun to. */
  readonly status: number | null;
  /** Until the answer had been sent; null when the request was met late. */
  readonly durationMs: number | null;
  /** Bytes of the body that arrived; null when not known. */
  readonly requestBytes: number | null;
  /** Bytes of the body that were sent. */
  readonly responseBytes: number;
  /** The `Host` header or, of HTTP/2, `:authority`, which anybody may write. */
  readonly httpHost: string | null;
  /** The connection ended before the answer did. */
  aborted?: true;
  /** Characters of a URL of which `path` is only the beginning. */
  urlLength?: number;
  error?: ErrorFacts;
  headers?: CopiedHeaders;
}

const MAX_AGENT_CHARACTERS = 1024;
const MAX_HOST_CHARACTERS = 255;
const MAX_METHOD_CHARACTERS = 32;
const MAX_DESCRIBED_CHARACTERS = 200;

/** What HTTP/2 has instead of `Host`. */
const AUTHORITY = ':authority';

/** Tells a request at its end. Total, and bounded whatever the request was. */
export function toRequestDetails(
  watch: Watch,
  ending: Ending,
  facts: { route: string | null; includeHeaders: boolean },
): RequestDetails {
  const { request, startedAt } = watch.start;
  const { path } = watch;
  const method = cutText(request.method ?? '', MAX_METHOD_CHARACTERS);
  const details: RequestDetails = {
    ipAddress: watch.ipAddress(),
    userAgent: toText(request.headers['user-agent'], MAX_AGENT_CHARACTERS),
    outcome: toOutcome(ending, watch.error !== null),
    description: describe(method, facts.route ?? path, ending),
    method,
    path,
    route: facts.route,
    status: ending.status,
    durationMs: startedAt === null ? null : Math.round((performance.now() - startedAt) * 100) / 100,
    requestBytes: countRequest(watch),
    responseBytes: isBodiless(method, ending.status) ? 0 : watch.responseBytes.bytes,
    httpHost: toText(request.headers.host ?? request.headers[AUTHORITY], MAX_HOST_CHARACTERS),
  };
  if (ending.isAborted) details.aborted = true;
  if (path.length >= MAX_PATH_CHARACTERS) details.urlLength = readUrl(request).length;
  if (watch.error !== null) details.error = watch.error;
  if (facts.includeHeaders) details.headers = copyHeaders(request.headers);
  return details;
}

function toText(value: unknown, limit: number): string | null {
  return typeof value === 'string' ? cutText(value, limit) : null;
}

function toOutcome({ status, isAborted }: Ending, hasError: boolean): RequestDetails['outcome'] {
  if (status === 401 || status === 403 || status === 429) return 'denied';
  if (hasError || (status !== null && status >= 400)) return 'failure';
  return isAborted || status === null ? 'unknown' : 'success';
}

function describe(method: string, target: string, { status, isAborted }: Ending): string {
  const end = isAborted ? 'aborted' : `answered ${status ?? 'nothing'}`;
  return `${method} ${cutText(target, MAX_DESCRIBED_CHARACTERS)} ${end}`;
}

/** What the application wrote is not sent where HTTP allows no body. */
function isBodiless(method: string, status: number | null): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

function countRequest({ start: { request }, requestBytes }: Watch): number | null {
  const declared = request.headers['content-length'];
  if (declared === undefined && requestBytes === null)
    return request.headers['transfer-encoding'] === undefined ? 0 : null;
  if (requestBytes !== null && !request.complete) return requestBytes.bytes;
  const length = Number(declared);
  return declared !== undefined && Number.isSafeInteger(length) ? length : (requestBytes?.bytes ?? null);
}
