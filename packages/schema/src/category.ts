import { findCatalogueEntry, type EventCatalogue } from './catalogue.ts';
import { EVENT_CATEGORIES, EVENT_DOMAINS } from './vocabularies.ts';
import type { EventCategory, EventDomain, Severity } from './vocabularies.ts';

const CATEGORIES: ReadonlySet<unknown> = new Set(EVENT_CATEGORIES);
const DOMAINS: ReadonlySet<unknown> = new Set(EVENT_DOMAINS);

export function isEventCategory(value: unknown): value is EventCategory {
  return CATEGORIES.has(value);
}

export function isEventDomain(value: unknown): value is EventDomain {
  return DOMAINS.has(value);
}

/** The severity of an event that names none: critical is critical, warning is medium, info is info. */
export function severityOf(category: EventCategory): Severity {
  return category === 'warning' ? 'medium' : category;
}

function categoryOfSeverity(severity: Severity | null): EventCategory {
  if (severity === 'critical') return 'critical';
  return severity === 'high' || severity === 'medium' ? 'warning' : 'info';
}

export interface CategoryFacts {
  readonly eventType: string;
  /** `event_category` as given: an urgency, or a domain word as other interfaces use it. */
  readonly category: EventCategory | EventDomain;
  readonly domain: EventDomain | null;
  readonly severity: Severity | null;
}

/**
 * Urgency and domain of an event. The value of `event_category` decides what it is: a domain word is the domain
 * (unless `event_domain` is given too), and the urgency then comes from the catalogue, else from the severity
 * (critical is critical, high and medium are warning), else it is info.
 */
export function resolveCategoryAndDomain(
  facts: CategoryFacts,
  catalogue: EventCatalogue,
): { category: EventCategory; domain: EventDomain | null } {
  const known = findCatalogueEntry(catalogue, facts.eventType);
  if (isEventCategory(facts.category)) {
    return { category: facts.category, domain: facts.domain ?? known?.domain ?? null };
  }
  return { category: known?.category ?? categoryOfSeverity(facts.severity), domain: facts.domain ?? facts.category };
}
