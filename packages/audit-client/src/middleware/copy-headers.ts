import { cutText } from './copy-text.ts';

const MAX_HEADERS = 100;
const MAX_VALUE_CHARACTERS = 1024;
const REDACTED = '[REDACTED]';
/** Names of headers whose values open doors, whoever invented them; harmless ones such as `sec-websocket-key` go along. */
const SECRET = /auth|cookie|token|secret|passw|session|credential|signature|key|jwt|private|csrf|xsrf|assertion|cert/i;
/**
 * A value that is a URL or a path, whose query is as secret as that of the request: `referer`, `x-original-uri`, `:path` of
 * HTTP/2 and what else proxies and libraries invent.
 */
const URL_VALUE = /^\s*(?:\/|[a-z][a-z\d+.-]*:\/\/)/i;

/** A request's headers as an event keeps them. */
export type CopiedHeaders = Record<string, string | number>;

/**
 * Copies the headers of a request for an event: the first 100, each cut at 1024 characters, secrets masked by their names
 * and queries cut off URLs. Names such as `__proto__` stay plain keys. `_dropped_headers` counts the rest.
 */
export function copyHeaders(headers: object): CopiedHeaders {
  const copy: CopiedHeaders = Object.create(null);
  // A list has its names among the values, where nothing tells which of them are secrets.
  if (Array.isArray(headers)) return copy;
  const names = Object.keys(headers);
  for (const name of names.slice(0, MAX_HEADERS)) {
    const value: unknown = Reflect.get(headers, name);
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (typeof text === 'string') copy[name] = SECRET.test(name) ? REDACTED : toPlainValue(text);
  }
  if (names.length > MAX_HEADERS) copy['_dropped_headers'] = names.length - MAX_HEADERS;
  return copy;
}

function toPlainValue(text: string): string {
  const query = URL_VALUE.test(text) ? text.search(/[?#]/) : -1;
  return cutText(query === -1 ? text : text.slice(0, query), MAX_VALUE_CHARACTERS);
}
