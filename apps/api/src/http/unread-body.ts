import type { IncomingMessage, ServerResponse } from 'node:http';

// Node ends a connection with its answer, and a connection that ends with bytes unread is reset: the answer may be
// lost to a caller that still sends. So the answer stays open for this long, while the rest of the body is thrown away.
const LINGER_MS = 2000;

/** True while bytes of a body may still come. */
export function hasUnreadBody(message: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = message.headers;
  return !message.complete && (coding !== undefined || length !== '0');
}

/**
 * Writes the whole body of an answer, whose head is set, to a caller that still sends its request. The connection ends
 * when the request does, or after 2 s: a body of any length costs no memory, and the caller has had time to read.
 */
export function writeBeforeBodyEnds(message: IncomingMessage, response: ServerResponse, body: string): void {
  response.setHeader('connection', 'close');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.write(body);
  message.removeAllListeners('data').resume();
  const end = (): void => {
    clearTimeout(cut);
    response.end();
  };
  const cut = setTimeout(end, LINGER_MS).unref();
  message.once('end', end).once('close', end);
  // Who has gone sends nothing more, and neither event comes again.
  if (message.destroyed) end();
}
