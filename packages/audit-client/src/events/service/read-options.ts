import type { FamilyEventOptions, LogFromRequestOptions } from './event-options.ts';
import type { RequestLike } from './request-like.ts';

const NO_OPTIONS: LogFromRequestOptions = Object.freeze({});

/**
 * The options of a call, each read once. What is no object, or throws when it is read, counts as not given: an event is
 * worth more than what was said of it.
 */
export function readOptions(options: LogFromRequestOptions | null | undefined): LogFromRequestOptions {
  if (typeof options !== 'object' || options === null) return NO_OPTIONS;
  try {
    const { priority, severity, correlationId, dedupKey, occurredAt, source, includeHeaders } = options;
    return { priority, severity, correlationId, dedupKey, occurredAt, source, includeHeaders };
  } catch {
    return NO_OPTIONS;
  }
}

/** The request that the options of a family's method name; null for none. */
export function readRequest(options: FamilyEventOptions | null | undefined): RequestLike | null {
  if (typeof options !== 'object' || options === null) return null;
  try {
    const { request } = options;
    return request ?? null;
  } catch {
    return null;
  }
}
