import type { ServerResponse } from 'node:http';
import type { EventPriority } from '../../events/event-priority.ts';
import type { Ending } from '../declaration.ts';

/** As a method, so that a function of your framework's own type of request fits. */
interface Reader<Request, Value> {
  read(request: Request, response: ServerResponse): Value;
}

/** What a detail may be. */
export type DetailValue = string | number | bigint | null | undefined;

/** A detail of an event: as it is, or read from the request when its answer has been sent. */
export type Detail<Request, Value = DetailValue> = Value | Reader<Request, Value>['read'];

/** What every helper takes. */
export interface RouteEventOptions<Request> {
  /** Default: the priority that the service has for the type of the event. */
  readonly priority?: EventPriority | undefined;
  /** More details, read when the answer has been sent. */
  readonly details?: Reader<Request, Readonly<Record<string, unknown>>>['read'] | undefined;
}

/** A request that has ended, for reading details. */
export interface EndedRequest {
  readonly subject: unknown;
  readonly response: ServerResponse;
}

/** The value of a detail; what the application's function throws is thrown. */
export function readDetail(detail: unknown, { subject, response }: EndedRequest): unknown {
  if (typeof detail !== 'function') return detail;
  const value: unknown = Reflect.apply(detail, undefined, [subject, response]);
  return value;
}

/** Reads all details, absent ones left out, and those that the option `details` adds. */
export function readDetails(
  named: Readonly<Record<string, unknown>>,
  more: unknown,
  ended: EndedRequest,
): Readonly<Record<string, unknown>> {
  const details: Record<string, unknown> = {};
  for (const [name, detail] of Object.entries(named)) {
    const value = readDetail(detail, ended);
    if (value !== undefined) details[name] = value;
  }
  const added = readDetail(more, ended);
  return typeof added === 'object' && added !== null ? { ...details, ...added } : details;
}

/** Whether the request was granted: an answer below 400 that was sent whole. */
export function isGranted({ status, isAborted }: Ending): boolean {
  return !isAborted && status !== null && status < 400;
}
