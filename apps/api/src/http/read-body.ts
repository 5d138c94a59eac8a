import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

// After a refusal the rest of a body is thrown away for this long, so that the caller can read the answer before the
// connection ends: closing at once would reset it, and the answer with it.
const LINGER_MS = 500;

/** Refuses what is not UTF-8 text of one of the given media types, or is compressed. Returns the media type. */
export function requireContentType<T extends string>(message: IncomingMessage, types: readonly T[]): T {
  const encoding = message.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw new Problem('unsupported_content_encoding');
  }
  const [type = '', ...parameters] = (message.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  const known = types.find((candidate) => candidate === type);
  if (known === undefined || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new Problem('unsupported_content_type');
  }
  return known;
}

/** Reads a body into memory up to `maxBytes`; beyond, 413 and the connection is closed, whatever Content-Length said. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
    throw tooLarge(maxBytes);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      reject(tooLarge(maxBytes));
    });
    message.once('end', () => resolve(Buffer.concat(chunks)));
    message.once('error', (error) => reject(new Problem('incomplete_body', { cause: error })));
    message.once('close', () => reject(new Problem('incomplete_body')));
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('body_too_large', { detail: `At most ${maxBytes} bytes are accepted.` });
}

/**
 * Throws away what a caller still sends after a refusal, and ends the connection soon: a body of any length costs no
 * memory, and the caller has had time to read the answer, which closing at once would reset.
 */
export function discardBody(message: IncomingMessage): void {
  message.removeAllListeners('data').resume();
  const cut = setTimeout(() => message.socket.destroy(), LINGER_MS).unref();
  message.once('end', () => clearTimeout(cut));
}

/** True while bytes of a body may still come. */
export function hasUnreadBody(message: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = message.headers;
  return !message.complete && (coding !== undefined || length !== '0');
}
