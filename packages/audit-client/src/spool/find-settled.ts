import type { FindSettled } from './keeper.ts';

/**
 * Asks Postgres first, and Redis about what Postgres does not have. Answers ids in lower case. A Redis that cannot be
 * asked means that an event is not known to be a dead letter, and is kept; Postgres must answer.
 *
 * `findStored`: rows, and dead letters in Postgres; null when no database is configured. `findParked`: dead letters in
 * Redis. An event that a newer worker has to read (`audit:hold`) is not settled: Redis alone has it, as when it was queued.
 */
export function createFindSettled(findStored: FindSettled | null, findParked: FindSettled): FindSettled | null {
  if (findStored === null) {
    return null;
  }
  return async (ids) => {
    const stored = await findStored(ids);
    const missing = ids.filter((id) => !stored.has(id));
    if (missing.length === 0) {
      return stored;
    }
    const parked = await findParked(missing).catch(() => new Set<string>());
    return new Set([...stored, ...parked]);
  };
}
