/**
 * Reads the bytes of an HTTP/1.1 request by the rules of RFC 9112 and the documented header joining of Node, without
 * Node's parser: the expectation of the demo must not come from the code that it checks.
 */

/** A request as an application should see it. */
export interface ParsedRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Headers of which Node documents that only the first one counts. */
const FIRST_ONLY = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

function joinHeaders(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    const earlier = headers.get(name);
    if (earlier === undefined) headers.set(name, value);
    else if (!FIRST_ONLY.has(name)) headers.set(name, `${earlier}${name === 'cookie' ? '; ' : ', '}${value}`);
  }
  return Object.fromEntries(headers);
}

function readChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** Parses bytes that hold one whole request; what a server must refuse gives a result that nobody looks at. */
export function parseBytes(bytes: Buffer): ParsedRequest {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const [requestLine = '', ...headerLines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const [method = '', url = '', version = ''] = requestLine.split(' ');
  const headers = joinHeaders(headerLines);
  const rest = bytes.subarray(headEnd + 4);
  const isChunked = (headers['transfer-encoding'] ?? '').toLowerCase() === 'chunked';
  const body = isChunked ? readChunks(rest) : rest.subarray(0, Number(headers['content-length'] ?? 0));
  return { method, url, httpVersion: version.replace('HTTP/', ''), headers, body: body.toString('utf8') };
}
