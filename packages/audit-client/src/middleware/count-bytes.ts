import type { IncomingMessage, ServerResponse } from 'node:http';

/** A count of bytes that grows until the exchange is over. */
export interface ByteCount {
  bytes: number;
}

/** Typed so that they can be set. */
interface Writing {
  write: unknown;
  end: unknown;
}
interface Receiving {
  push: unknown;
}

/**
 * Counts what the application writes as the body of a response, by standing before its `write` and `end`. What they are
 * given, answer and throw is left as it is; a write after the end counts nothing, since it is not sent.
 */
export function countResponseBytes(response: ServerResponse, count: ByteCount): void {
  const target: Writing = response;
  const { write, end } = response;
  let isEnding = false;
  target.write = (...args: readonly unknown[]): unknown => {
    if (!isEnding && !response.writableEnded) count.bytes += sizeOf(args[0], args[1]);
    return Reflect.apply(write, response, args);
  };
  target.end = (...args: readonly unknown[]): unknown => {
    if (response.writableEnded) return Reflect.apply(end, response, args);
    count.bytes += sizeOf(args[0], args[1]);
    // HTTP/2 hands the last chunk to `write`.
    isEnding = true;
    try {
      return Reflect.apply(end, response, args);
    } finally {
      isEnding = false;
    }
  };
}

/** Counts the bytes of a request's body as they arrive, whoever reads them or nobody. */
export function countRequestBytes(request: IncomingMessage, count: ByteCount): void {
  const target: Receiving = request;
  const { push } = request;
  target.push = (...args: readonly unknown[]): unknown => {
    count.bytes += sizeOf(args[0], args[1]);
    return Reflect.apply(push, request, args);
  };
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}
