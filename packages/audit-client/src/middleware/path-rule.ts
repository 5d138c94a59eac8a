/** Which paths are meant: a prefix, several, or a function. */
export type PathRule<Request> = string | readonly string[] | PathTest<Request>['isMeant'];

/** As a method, so that a function of your framework's own type of request fits. */
interface PathTest<Request> {
  isMeant(path: string, request: Request): boolean;
}

/** Whether a path is meant. Never throws. */
export type PathMatcher = (path: string, request: unknown) => boolean;

const SLASH = 0x2f;
const SEMICOLON = 0x3b;
/** A parent folder, an encoded dot or slash, a parameter of a segment: read otherwise by the next reader. */
const AMBIGUOUS = /\.\.|%2e|%2f|%5c|[\\;]/i;

const UNUSUAL = /%|\/\/|\/\.|\\/;
const ASCII_ESCAPE = /%[0-7][\da-f]/gi;

/** What a prefix must look like; the text is for the message of a bad option. */
export const PREFIX_FORM = 'must be a path that begins with "/"';

/** Whether a value can be a prefix. */
export function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('/');
}

/**
 * Which requests are API or admin requests. A prefix covers whole segments (`/api` covers `/api/users`, not `/apiary`), in
 * whatever case, encoded, with slashes doubled or with dots in it (`/x/../admin`, which Hono resolves): routers disagree on
 * these, and a request that asks for `/Admin` must not thereby escape. A function that throws counts as a yes, for the same reason.
 */
export function createPathMatcher(rule: readonly string[] | Function): PathMatcher {
  if (typeof rule === 'function') {
    return (path, request) => {
      try {
        return Boolean(Reflect.apply(rule, undefined, [path, request]));
      } catch {
        return true;
      }
    };
  }
  const isBelow = createPrefixMatcher(rule);
  return (path) => {
    if (isBelow(path)) return true;
    if (!UNUSUAL.test(path)) return false;
    const plain = decode(path)
      .replaceAll('\\', '/')
      .replaceAll(/\/{2,}/g, '/');
    return isBelow(plain) || (plain.includes('/.') && isBelow(resolveDots(plain)));
  };
}

/**
 * Which requests leave no event. As above by whole segments and in whatever case, but of the path exactly as it was sent,
 * and never one that another reader could take for another place, such as `/static/../admin`.
 */
export function createExclusion(prefixes: readonly string[]): (path: string) => boolean {
  const isBelow = createPrefixMatcher(prefixes);
  return (path) => isBelow(path) && !AMBIGUOUS.test(path);
}

function createPrefixMatcher(prefixes: readonly string[]): (path: string) => boolean {
  const known = [...new Set(prefixes.map((prefix) => prefix.toLowerCase().replace(/\/+$/, '')))];
  return (path) => {
    for (const prefix of known) if (isBelow(path, prefix)) return true;
    return false;
  };
}

function isBelow(path: string, prefix: string): boolean {
  const { length } = prefix;
  if (path.length < length) return false;
  if (path.length > length) {
    const next = path.charCodeAt(length);
    if (next !== SLASH && next !== SEMICOLON) return false;
  }
  return path.startsWith(prefix) || path.slice(0, length).toLowerCase() === prefix;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // One escape that is no UTF-8 must not hide the others.
    return path.replaceAll(ASCII_ESCAPE, (escape) => decodeURIComponent(escape));
  }
}

/** As a browser does it, and servers that read the path as one does. */
function resolveDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..' && kept.length > 1) kept.pop();
    else if (segment !== '.' && segment !== '..') kept.push(segment);
  }
  return kept.join('/');
}
