import { randomUUID } from 'node:crypto';
import type { Response } from 'express';

/** Made here and never taken from the request: a caller could else write into our log or pose as another request. */
export function requestIdOf(response: Response): string {
  const locals: Record<string, unknown> = response.locals;
  const known = locals['requestId'];
  const id = typeof known === 'string' ? known : randomUUID();
  locals['requestId'] = id;
  return id;
}
