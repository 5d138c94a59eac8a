import type { AuditEventInput } from '@auditlane/audit-client';
import { digestContent } from '@auditlane/testkit/digest';

/** The event type of everything that chaos logs. */
export const CHAOS_EVENT = 'chaos.happened';
/** The user that the database of a run refuses: an event of it is poison. */
export const POISON_USER = 'poison';

/** What is in the text of an event that kills whoever decodes it, where a preload sees to that. */
export const CRASH_PILL = 'crash pill';

/** How an event is logged; `critical` by `logCriticalAudit`, `large` with as much metadata as fits. The letter ends the key. */
export const KINDS = { plain: 'i', poison: 'p', critical: 'c', large: 'l', pill: 'k' } as const;
export type Kind = keyof typeof KINDS;

const KEY = /-(\d+)[a-z]$/;
/** Characters of two bytes: near the 64 KiB of an entry. */
const LARGE_TEXT = 30_000;

/** The name under which the oracle knows an event: unique over all producers of a run. */
export function toKey(producer: string, number: number, kind: Kind): string {
  return `${producer}-${number}${KINDS[kind]}`;
}

/** Whether the event of a key must become a dead letter. */
export function isPoisonKey(key: string): boolean {
  return key.endsWith(KINDS.poison) || key.endsWith(KINDS.pill);
}

/** Everything in an event follows from its key, so that producer and judge need not exchange contents. */
export function buildChaosEvent(key: string): AuditEventInput {
  const number = Number(KEY.exec(key)?.[1] ?? 0);
  return {
    event_type: CHAOS_EVENT,
    event_category: 'info',
    severity: 'low',
    resource_type: 'chaos',
    resource_id: key,
    user_id: key.endsWith(KINDS.poison) ? POISON_USER : `user-${number % 50}`,
    description: key.endsWith(KINDS.pill) ? `${CRASH_PILL} ${key}` : `Event ${key} happened`,
    // An escape is not transcoded but decoded, which is where the pill works.
    ...(key.endsWith(KINDS.pill) && { user_agent: 'agent\u0001' }),
    metadata: {
      key,
      text: 'ü'.repeat(key.endsWith(KINDS.large) ? LARGE_TEXT : (number * 37) % 200),
      nested: { number, list: [1, number, null, true] },
    },
  };
}

/** The columns that the judge compares. */
export const COMPARED = [
  'event_type',
  'event_category',
  'severity',
  'resource_type',
  'resource_id',
  'user_id',
  'description',
  'metadata',
] as const;

/** The metadata that the caller gave: what Auditlane adds is below a key of its own. */
function withoutAdditions(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== '_auditlane'));
}

/** The digest of a row, a queue entry or an event: over the compared columns alone. */
export function digestEvent(event: Readonly<Record<string, unknown>>): string {
  return digestContent(
    COMPARED.map((column) => (column === 'metadata' ? withoutAdditions(event[column]) : event[column])),
  );
}

/** The digest that the row of a key must have. */
export function expectedDigest(key: string): string {
  return digestEvent({ ...buildChaosEvent(key) });
}
