import type { EventPriority } from '../events/event-priority.ts';
import { SecurityEventSource } from '../events/catalogue/security-event-source.ts';
import { SecurityEventType } from '../events/catalogue/security-event-type.ts';
import type { Ending } from './declaration.ts';
import { createPathMatcher } from './path-rule.ts';
import type { MiddlewareSettings } from './settings.ts';

/** The event that a request leaves. */
export interface Verdict {
  readonly type: string;
  /** Undefined: the priority that the service has for the type. */
  readonly priority: EventPriority | undefined;
}

/** Where a request went. */
export type Place = typeof SecurityEventSource.ADMIN | typeof SecurityEventSource.API | typeof SecurityEventSource.WEB;

/** The facts by which a request is judged. */
export interface RequestOutcome extends Ending {
  readonly place: Place;
  /** Whether an error was thrown that says more than that the client has gone. */
  readonly hasThrown: boolean;
}

const REFUSALS: ReadonlyMap<number | null, string> = new Map([
  [401, SecurityEventType.ACCESS_UNAUTHENTICATED],
  [403, SecurityEventType.ACCESS_DENIED],
  [429, SecurityEventType.API_RATE_LIMIT_EXCEEDED],
]);

/** Tells admin from API from other requests; admin first, so that `/api/admin` is admin. Total. */
export function createPlaceFinder(
  settings: Pick<MiddlewareSettings, 'apiPaths' | 'adminPaths'>,
): (path: string, subject: unknown) => Place {
  const isAdmin = createPathMatcher(settings.adminPaths);
  const isApi = createPathMatcher(settings.apiPaths);
  return (path, subject) => {
    if (isAdmin(path, subject)) return SecurityEventSource.ADMIN;
    return isApi(path, subject) ? SecurityEventSource.API : SecurityEventSource.WEB;
  };
}

/**
 * Which event a request leaves, or null for none. A refusal (401, 403, 429) has its own type, whatever else is true; then
 * comes an error, thrown or by its status, then the plain request. One request leaves one event, so no error is told twice.
 */
export function judgeRequest(outcome: RequestOutcome, settings: MiddlewareSettings): Verdict | null {
  const { status, isAborted, hasThrown, place } = outcome;
  const isRequestLogged = settings.logAllRequests || isPlaceLogged(place, settings);
  const refusal = REFUSALS.get(status);
  if (refusal !== undefined) {
    const isLogged = settings.logErrors || isRequestLogged;
    return isLogged ? { type: refusal, priority: undefined } : null;
  }
  const isError = hasThrown || (status !== null && status >= settings.errorStatusFrom);
  if (isError && settings.logErrors) {
    return { type: SecurityEventType.API_ERROR, priority: settings.errorPriority };
  }
  if (!isRequestLogged && !(isAborted && settings.logErrors)) return null;
  return { type: SecurityEventType.API_REQUEST, priority: priorityOf(place, settings) };
}

function isPlaceLogged(place: Place, settings: MiddlewareSettings): boolean {
  if (place === SecurityEventSource.ADMIN) return settings.logAdminRequests;
  return place === SecurityEventSource.API && settings.logApiRequests;
}

function priorityOf(place: Place, settings: MiddlewareSettings): EventPriority {
  if (place === SecurityEventSource.ADMIN) return settings.adminRequestPriority;
  return place === SecurityEventSource.API ? settings.apiRequestPriority : settings.requestPriority;
}
