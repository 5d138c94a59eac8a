/** What a W3C `traceparent` header says. */
export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: the caller's span. */
  readonly parentId: string;
  readonly isSampled: boolean;
}

const VERSION_00 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** A version that is not known yet begins like 00 and may go on; ff is forbidden. */
const LATER = /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const MAX_CHARACTERS = 256;
const NOTHING = /^0+$/;

/** Reads a `traceparent` as the specification (W3C Trace Context, level 1) says; null for what is none. */
export function parseTraceParent(value: unknown): TraceParent | null {
  if (typeof value !== 'string' || value.length > MAX_CHARACTERS) return null;
  const text = value.trim();
  const [, traceId = '', parentId = '', flags = ''] = VERSION_00.exec(text) ?? LATER.exec(text) ?? [];
  if (traceId === '' || NOTHING.test(traceId) || NOTHING.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The header to send along with calls to other services. */
export function toTraceParent({ traceId, parentId, isSampled }: TraceParent): string {
  return `00-${traceId}-${parentId}-0${isSampled ? 1 : 0}`;
}
