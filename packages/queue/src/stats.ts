import { QueueError } from './queue-error.ts';

/** Counters that the scripts keep themselves; together with the lengths they close the conservation equation. */
const PROTOCOL_STATS: ReadonlySet<string> = new Set([
  'enqueued',
  'redriven',
  'stored',
  'duplicates',
  'dead',
  'dead_repeated',
  'held',
  'overflow',
  'adopted',
  'released',
  'fenced',
]);
const STAT_NAME = /^[a-z][a-z0-9_:.-]{0,99}$/u;

/** Throws `invalid_call` unless `name` can name a counter: 1 to 100 of `a-z0-9_:.-`, a letter first. */
export function assertStatName(name: string): void {
  if (!STAT_NAME.test(name)) throw new QueueError('invalid_call', `"${name}" cannot name a counter`);
}

/** Throws `invalid_call` for a counter that belongs to a script: adding to it would hide a loss. */
export function assertFreeStat(name: string): void {
  assertStatName(name);
  if (PROTOCOL_STATS.has(name))
    throw new QueueError('invalid_call', `The counter "${name}" belongs to the queue's scripts`);
}
