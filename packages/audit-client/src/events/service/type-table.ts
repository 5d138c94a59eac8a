import type { EventCategory, EventDomain, Outcome, Severity } from '@auditlane/schema';
import { SEVERITY_BY_PRIORITY, toUnknownDefaults } from '../catalogue/find-defaults.ts';
import { SECURITY_EVENT_DEFAULTS, type SecurityEventDefaults } from '../catalogue/security-event-defaults.ts';
import { toEventCategory } from '../catalogue/to-event-category.ts';
import type { EventPriority } from '../event-priority.ts';
import type { EventTypeFacts, EventTypeTable } from './security-event-service-config.ts';

const MAX_REMEMBERED = 1000;
const BUILT_IN: ReadonlyMap<string, SecurityEventDefaults> = new Map(Object.entries(SECURITY_EVENT_DEFAULTS));

/** What a table says of a type; null where the call decides. */
export interface TypeFacts {
  readonly priority: EventPriority;
  readonly severity: Severity | null;
  readonly category: EventCategory | null;
  readonly domain: EventDomain;
  readonly outcome: Outcome | null;
}

/** What a table is made of. */
export interface TypeTableOptions {
  readonly eventTypes: EventTypeTable;
  readonly defaultPriorities: Readonly<Record<string, EventPriority>>;
  readonly severityByPriority: { readonly [Priority in EventPriority]?: Severity | undefined };
}

/** The table of event types of one service: the built-in one with what its configuration replaces and adds. */
export class TypeTable {
  readonly #own: ReadonlyMap<string, EventTypeFacts>;
  readonly #priorities: ReadonlyMap<string, EventPriority>;
  readonly #severities: ReadonlyMap<string, Severity | undefined>;
  readonly #known = new Map<string, TypeFacts>();

  constructor({ eventTypes, defaultPriorities, severityByPriority }: TypeTableOptions) {
    this.#own = new Map(Object.entries(eventTypes));
    this.#priorities = new Map(Object.entries(defaultPriorities));
    this.#severities = new Map(Object.entries({ ...SEVERITY_BY_PRIORITY, ...severityByPriority }));
  }

  find(type: string): TypeFacts {
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    const facts = this.#toFacts(type);
    // Types may come from outside: the memory is bounded, and full it starts anew.
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(type, facts);
    return facts;
  }

  /** The severity and category of one event; `severity` is what the call says. */
  judge(
    facts: TypeFacts,
    priority: EventPriority,
    severity: Severity | null,
  ): { severity: Severity; category: EventCategory } {
    const decided = severity ?? facts.severity ?? this.#severities.get(priority) ?? SEVERITY_BY_PRIORITY[priority];
    const category = decided === facts.severity ? facts.category : null;
    return { severity: decided, category: category ?? toEventCategory(decided) };
  }

  #toFacts(type: string): TypeFacts {
    const own = this.#own.get(type) ?? {};
    const builtIn = BUILT_IN.get(type);
    const { priority, domain, outcome } = builtIn ?? toUnknownDefaults(type);
    return {
      priority: this.#priorities.get(type) ?? own.priority ?? priority,
      severity: own.severity ?? builtIn?.severity ?? null,
      category: own.category ?? null,
      domain: own.domain ?? domain,
      outcome: own.outcome === undefined ? outcome : own.outcome,
    };
  }
}
