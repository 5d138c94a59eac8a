import type { AuditEventInput } from '@auditlane/audit-client';
import { digestContent } from '@auditlane/testkit/digest';

/** The event type of everything that chaos logs. */
export const CHAOS_EVENT = 'chaos.happened';
/** The user that the database of a run refuses: an event of it is poison. */
export const POISON_USER = 'poison';

/** How an event is logged: plain, poison, or by `logCriticalAudit`. The letter ends the key. */
export const KINDS = { plain: 'i', poison: 'p', critical: 'c' } as const;
export type Kind = keyof typeof KINDS;

const KEY = /-(\d+)([ipc])$/;

/** The name under which the oracle knows an event: unique over all producers of a run. */
export function toKey(producer: string, number: number, kind: Kind): string {
  return `${producer}-${number}${KINDS[kind]}`;
}

/** Whether the event of a key must become a dead letter. */
export function isPoisonKey(key: string): boolean {
  return key.endsWith(KINDS.poison);
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
    user_id: isPoisonKey(key) ? POISON_USER : `user-${number % 50}`,
    description: `Event ${key} happened`,
    metadata: { key, text: 'ü'.repeat((number * 37) % 200), nested: { number, list: [1, number, null, true] } },
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

/** The digest of a row, a queue entry or an event: over the compared columns alone. */
export function digestEvent(event: Readonly<Record<string, unknown>>): string {
  return digestContent(COMPARED.map((column) => event[column]));
}

/** The digest that the row of a key must have. */
export function expectedDigest(key: string): string {
  return digestEvent({ ...buildChaosEvent(key) });
}
