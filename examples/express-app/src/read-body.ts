import type { NextFunction, Request, Response } from 'express';

const MAX_BODY_BYTES = 262_144;

/**
 * Reads a request's body as text into `request.body`, whatever its declared type: this application records what was
 * sent, and parses it only where a route asks. A body above 256 KiB is answered with 413.
 */
export async function readBody(request: Request, response: Response, next: NextFunction): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > MAX_BODY_BYTES) {
        response.set('connection', 'close').status(413).json({ error: 'the body is larger than 256 KiB' });
        return;
      }
      chunks.push(part);
    }
  } catch {
    // The sender hung up before the body was whole: there is nobody to answer and no whole request to record.
    return;
  }
  request.body = Buffer.concat(chunks).toString('utf8');
  next();
}

/** Parses a body as a JSON object of texts and numbers; null when it is anything else. */
export function toFields(body: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof body !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** A text field of a parsed body; the empty text when it is absent or not a text. */
export function textOf(fields: Readonly<Record<string, unknown>> | null, name: string): string {
  const value = fields?.[name];
  return typeof value === 'string' ? value : '';
}
