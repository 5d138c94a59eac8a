/**
 * How soon an event must be handed on, and what gives way when there is too much: `INFO` first, `CRITICAL` never.
 *
 * A const object and a union of its values instead of an enum, so that the plain words (`'high'`) are as good.
 */
export const EventPriority = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MEDIUM: 'medium',
  LOW: 'low',
  INFO: 'info',
} as const;

/** One of the values of {@link EventPriority}. */
export type EventPriority = (typeof EventPriority)[keyof typeof EventPriority];

/** Every priority, the highest first: the order in which queues are emptied. */
export const EVENT_PRIORITIES = [
  EventPriority.CRITICAL,
  EventPriority.HIGH,
  EventPriority.MEDIUM,
  EventPriority.LOW,
  EventPriority.INFO,
] as const satisfies readonly EventPriority[];

const PRIORITY_SET: ReadonlySet<unknown> = new Set(EVENT_PRIORITIES);

/** Whether a value from outside is a priority. */
export function isEventPriority(value: unknown): value is EventPriority {
  return PRIORITY_SET.has(value);
}
