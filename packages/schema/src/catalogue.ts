import { OWN_EVENT_TYPES } from './own-event-types.ts';
import { SchemaError } from './schema-error.ts';
import type { EventCategory, EventDomain } from './vocabularies.ts';

/** What is known of an event type. */
export interface CatalogueEntry {
  readonly category: EventCategory;
  readonly domain: EventDomain | null;
  /** What such an event usually concerns; never filled in for the caller. */
  readonly resourceType?: string;
  /** One sentence for people: what has happened. */
  readonly description?: string;
}

export type EventCatalogue = Readonly<Record<string, CatalogueEntry>>;

/** The event types that come with Auditlane. */
export const EVENT_CATALOGUE = {
  permanent_ban_applied: { category: 'critical', domain: 'account', resourceType: 'account' },
  api_key_created: { category: 'info', domain: 'api', resourceType: 'api_key' },
  api_key_deleted: { category: 'info', domain: 'api', resourceType: 'api_key' },
  api_key_rotated: { category: 'info', domain: 'api', resourceType: 'api_key' },
  usage_limit_reached: { category: 'warning', domain: 'api', resourceType: 'usage_quota' },
  usage_warning_80_percent: { category: 'warning', domain: 'api', resourceType: 'usage_quota' },
  usage_warning_90_percent: { category: 'warning', domain: 'api', resourceType: 'usage_quota' },
  account_upgraded: { category: 'info', domain: 'account', resourceType: 'account' },
  ...OWN_EVENT_TYPES,
} as const satisfies EventCatalogue;

export type CatalogueEventType = keyof typeof EVENT_CATALOGUE;

const EVENT_TYPE = /^[A-Za-z0-9_.:-]{1,255}$/;

/**
 * Adds your own event types to the built-in ones; the result's keys are typed.
 * Throws SchemaError `invalid_catalogue` for a name that is no event_type or that the built-in catalogue already has.
 */
export function defineCatalogue<const Own extends EventCatalogue>(own: Own): typeof EVENT_CATALOGUE & Own {
  for (const eventType of Object.keys(own)) {
    if (!EVENT_TYPE.test(eventType)) {
      throw new SchemaError('invalid_catalogue', `"${eventType}" is no event type: use 1 to 255 of [A-Za-z0-9_.:-].`);
    }
    if (Object.hasOwn(EVENT_CATALOGUE, eventType)) {
      throw new SchemaError('invalid_catalogue', `"${eventType}" is a built-in event type: choose another name.`);
    }
  }
  return Object.freeze({ ...EVENT_CATALOGUE, ...own });
}

/** What `catalogue` knows of `eventType`; names such as "constructor" are not found by accident. */
export function findCatalogueEntry(catalogue: EventCatalogue, eventType: string): CatalogueEntry | undefined {
  return Object.hasOwn(catalogue, eventType) ? catalogue[eventType] : undefined;
}
