import { newestLetters, waitingNumbers } from '@auditlane/queue';
import type { connectRedis, EntryNumber, QueueKeys } from '@auditlane/queue';
import { hasNumber } from '@auditlane/store';
import type { MissingNumbers, SearchResult } from '@auditlane/store';

export interface SearchPlaces {
  readonly redis: ReturnType<typeof connectRedis>;
  readonly keys: QueueKeys;
  /** Numbers of the dead letters that the list has no room for, page by page. */
  readonly parkedInTable: () => AsyncIterable<EntryNumber>;
}

/** Searches every place but the table of events for missing numbers. Rejects when Redis or Postgres is away: no verdict then. */
export async function search(
  places: SearchPlaces,
  missing: readonly MissingNumbers[],
): Promise<Pick<SearchResult, 'waiting' | 'parked'>> {
  const ranges = new Map(missing.map((each) => [each.producerId, each.ranges]));
  const isSought = ({ producerId, number }: EntryNumber): boolean => hasNumber(ranges.get(producerId) ?? [], number);
  const waiting: EntryNumber[] = [];
  for await (const number of waitingNumbers(places.redis, places.keys)) if (isSought(number)) waiting.push(number);
  const parked: EntryNumber[] = [];
  // The list before the table: letters go from there to here.
  for await (const { number } of newestLetters(places.redis, places.keys, Number.POSITIVE_INFINITY)) {
    if (number !== null && isSought(number)) parked.push(number);
  }
  for await (const number of places.parkedInTable()) if (isSought(number)) parked.push(number);
  return { waiting, parked: parked.map(({ producerId, number }) => ({ producerId, first: number, last: number })) };
}
