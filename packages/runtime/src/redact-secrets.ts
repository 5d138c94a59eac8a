// A password of a database URL may contain any character when a person typed it unescaped, so everything up to the
// last @ before a space or quote goes. Web addresses stop at the path: an @ there is no password.
const SERVER_URL = /\b((?:rediss?|postgres(?:ql)?|unix|valkeys?):\/\/)[^\s"'<>]*@/giu;
const WEB_URL = /\b(https?:\/\/)[^\s"'<>/?#]*@/giu;
const BEARER = /\b(bearer\s+)[\w.~+/=-]+/giu;
const PASSWORD_FIELD = /("(?:password|passwd|secret|api_?key|authorization)"\s*:\s*")(?:[^"\\]|\\.)*(")/giu;

/** Replaces passwords of URLs, bearer keys and fields called password, secret or key in a line of text by `***`. */
export function redactSecrets(line: string): string {
  return line
    .replace(SERVER_URL, '$1***@')
    .replace(WEB_URL, '$1***@')
    .replace(BEARER, '$1***')
    .replace(PASSWORD_FIELD, '$1***$2');
}
