import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { readHeader } from './read-header.ts';
import { isHeaderId } from './header-id.ts';
import { parseTraceParent, toTraceParent, type TraceParent } from './trace-parent.ts';

/** What all events and log lines of one request have in common. */
export interface Correlation {
  /** The column `correlation_id`; the trace id where there is a trace. */
  readonly id: string;
  readonly trace: TraceParent | null;
}

/** Every copy of this package in a process, by `import` or `require`, must see the same request. */
const SHARED = Symbol.for('auditlane.audit-client.correlation.v1');
const MAX_CHARACTERS = 255;
const ID_HEADERS = ['x-correlation-id', 'x-request-id'] as const;

const storage = findStorage();

function findStorage(): AsyncLocalStorage<Correlation | null> {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (known instanceof AsyncLocalStorage) return known;
  const made = new AsyncLocalStorage<Correlation | null>();
  Reflect.set(globalThis, SHARED, made);
  return made;
}

/**
 * Runs `work` so that every event logged in it, now or in what it awaits, carries this correlation id, those of
 * `logAudit` included. Answers what `work` answers.
 *
 * `correlation`: an id of your own (cut to 255 characters), a W3C `traceparent` header, whose trace id is the id, or what
 * {@link toCorrelation} found. Null, or an empty text: without one.
 *
 * @example
 * app.use((req, res, next) => runWithCorrelation(toCorrelation(req.headers) ?? createCorrelationId(), next));
 */
export function runWithCorrelation<Answer>(correlation: Correlation | string | null, work: () => Answer): Answer {
  return storage.run(typeof correlation === 'string' ? fromText(correlation) : correlation, work);
}

/** The id of the request that runs, or null outside of any. */
export function currentCorrelationId(): string | null {
  return storage.getStore()?.id ?? null;
}

/** The `traceparent` to send along with calls to other services, or null when the request came with none. */
export function currentTraceparent(): string | null {
  const trace = storage.getStore()?.trace ?? null;
  return trace === null ? null : toTraceParent(trace);
}

/**
 * The correlation of a request by its headers: `traceparent`, else `x-correlation-id`, else `x-request-id`, else null.
 * Never throws; a header that is not well formed counts as absent.
 */
export function toCorrelation(headers: unknown): Correlation | null {
  const trace = parseTraceParent(readHeader(headers, 'traceparent'));
  if (trace !== null) return { id: trace.traceId, trace };
  for (const name of ID_HEADERS) {
    const value = readHeader(headers, name);
    if (isHeaderId(value)) return { id: value, trace: null };
  }
  return null;
}

/** A new id, for a request that came with none. */
export function createCorrelationId(): string {
  return randomUUID();
}

function fromText(text: string): Correlation | null {
  const trace = parseTraceParent(text);
  if (trace !== null) return { id: trace.traceId, trace };
  return text === '' ? null : { id: text.slice(0, MAX_CHARACTERS), trace: null };
}
