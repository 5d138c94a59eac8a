import type { RedisFault } from '@auditlane/queue';

/** What rules can find, by the name that stands in the log; docs/operations.md says for each what to do. */
export const CONDITIONS = [
  'redis_away',
  'postgres_away',
  'no_worker',
  'mass_poison',
  'queue',
  'urgent_queue',
  'sizing',
  'failures',
  'dropped',
  'dead_letters',
  'missing',
  'conservation',
  'foreign_pushes',
  'incarnation',
  'replayed',
  'overflow',
  'spool_faults',
  'queue_age',
  'parked',
  'held',
  'dead_letter_age',
  'adopted',
  'ledger_lag',
  'losses_unwatched',
] as const;

/** One of them, a fault of Redis, or a failing task of maintenance. */
export type Condition = (typeof CONDITIONS)[number] | `redis_${RedisFault['code']}` | `maintenance_${string}`;
