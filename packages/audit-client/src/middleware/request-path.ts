import { detach } from './copy-text.ts';

/** Characters of a path that an event keeps. */
export const MAX_PATH_CHARACTERS = 1024;
/** Characters of a URL that are looked at, however long it is; room for an authority of its own before the path. */
const MAX_READ_CHARACTERS = 4096;
const SLASH = 0x2f;

/** What a URL is read from: `originalUrl` of Express, which a mounted router leaves whole, else Node's `url`. */
export interface UrlHolder {
  readonly originalUrl?: unknown;
  readonly url?: unknown;
}

/** The URL as the client wrote it, or the empty text. */
export function readUrl(request: UrlHolder): string {
  if (typeof request.originalUrl === 'string') return request.originalUrl;
  return typeof request.url === 'string' ? request.url : '';
}

/**
 * The path of a request as the client wrote it: without its query, which may hold secrets, neither decoded nor resolved,
 * at most 1024 characters. Of `GET http://host/path` it is `/path`. Total, and quick for a URL of any length.
 */
export function readPath(request: UrlHolder): string {
  const url = readUrl(request);
  const head = url.length > MAX_READ_CHARACTERS ? url.slice(0, MAX_READ_CHARACTERS) : url;
  const path = cutPath(head).slice(0, MAX_PATH_CHARACTERS);
  return path.length === url.length ? url : detach(url, path);
}

/** As {@link readPath}, however long it is: where a request went may be said behind the part that is kept. Total. */
export function readWholePath(request: UrlHolder): string {
  const url = readUrl(request);
  return url.length > MAX_PATH_CHARACTERS ? cutPath(url) : readPath(request);
}

function cutPath(url: string): string {
  const start = url.charCodeAt(0) === SLASH ? 0 : findPathStart(url);
  if (start === -1) return '/';
  let end = url.indexOf('?', start);
  if (end === -1) end = url.length;
  const hash = url.indexOf('#', start);
  return url.slice(start, hash !== -1 && hash < end ? hash : end);
}

/** Where the path begins in a URL with an authority; 0 for `*` and the like, -1 when there is an authority alone. */
function findPathStart(url: string): number {
  const scheme = url.indexOf('://');
  return scheme === -1 ? 0 : url.indexOf('/', scheme + 3);
}
