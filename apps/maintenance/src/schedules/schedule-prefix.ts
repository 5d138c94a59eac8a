/**
 * The prefix of all keys that the schedules have in Redis, made from the queue's name, so that two stacks on one Redis
 * do not run each other's tasks, and outside the queue's own names. `audit:queue` gives `{maintenance:audit:queue}`; a
 * queue with a hash tag keeps it. Either way all keys are in one slot, which scripts in a cluster need.
 */
export function toSchedulePrefix(queueKey: string): string {
  return /\{[^}]+\}/u.test(queueKey) ? `maintenance:${queueKey}` : `{maintenance:${queueKey}}`;
}
