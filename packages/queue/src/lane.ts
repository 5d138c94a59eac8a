/** A queue has two lanes: `urgent` (critical events, with a cap of its own) and `main`. */
export type Lane = 'main' | 'urgent';

/** Both lanes, main first. */
export const LANES = ['main', 'urgent'] as const satisfies readonly Lane[];

/** Narrows text read from Redis. */
export function isLane(text: string): text is Lane {
  return text === 'main' || text === 'urgent';
}
