import type { IncomingMessage } from 'node:http';
import type { BodyShare } from './body-budget.ts';
import { Problem } from './problem.ts';

const UTF8 = /^charset="?utf-?8"?$/;

/** Refuses what is not UTF-8 text of one of the given media types, or is compressed. Returns the media type. */
export function requireContentType<T extends string>(message: IncomingMessage, types: readonly T[]): T {
  const encoding = message.headers['content-encoding'];
  // Node undoes `chunked` alone: under any other transfer coding the bytes are not the text that they claim to be.
  const coding = message.headers['transfer-encoding'] ?? 'chunked';
  if ((encoding !== undefined && !isWord(encoding, 'identity')) || !isWord(coding, 'chunked')) {
    throw new Problem('unsupported_content_encoding');
  }
  const [type = '', ...parameters] = (message.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='));
  const known = types.find((candidate) => candidate === type);
  if (known === undefined || !charsets.every((charset) => UTF8.test(charset))) {
    throw new Problem('unsupported_content_type');
  }
  return known;
}

function isWord(value: string, word: string): boolean {
  return value.trim().toLowerCase() === word;
}

export interface ReadBodyOptions {
  readonly maxBytes: number;
  /** Where the bytes are counted; who opened it closes it. */
  readonly share: BodyShare;
}

/**
 * Reads a body into memory. Beyond `maxBytes` 413, whatever Content-Length said; beyond the share 503; both close the
 * connection.
 */
export async function readBody(message: IncomingMessage, { maxBytes, share }: ReadBodyOptions): Promise<Buffer> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
    throw tooLarge(maxBytes);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const refuse = (problem: Problem): void => {
      message.off('data', take);
      chunks.length = 0;
      reject(problem);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        refuse(tooLarge(maxBytes));
      } else if (share.take(chunk.length)) {
        chunks.push(chunk);
      } else {
        refuse(new Problem('too_many_bodies', { headers: { 'retry-after': '1' } }));
      }
    };
    message.on('data', take);
    message.once('end', () => resolve(Buffer.concat(chunks)));
    message.once('error', (error) => reject(new Problem('incomplete_body', { cause: error })));
    message.once('close', () => reject(new Problem('incomplete_body')));
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('body_too_large', { detail: `At most ${maxBytes} bytes are accepted.` });
}
