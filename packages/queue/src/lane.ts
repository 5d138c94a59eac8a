/** A queue has two lanes: `urgent` (critical events, with a cap of its own) and `main`. */
export type Lane = 'main' | 'urgent';

/** Narrows text read from Redis. */
export function isLane(text: string): text is Lane {
  return text === 'main' || text === 'urgent';
}
