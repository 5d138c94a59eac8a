import { isUuidV7, uuidTimeMs } from '@auditlane/schema';

const ENTRY_START = /^\{"v":\d+,"id":"(?<id>[^"]{36})"/u;

/**
 * Age of an entry by the time inside its id, from the first bytes of its line; null for anything that does not open as
 * an entry of ours does. A producer's clock ahead of Redis gives 0, not a negative age.
 */
export function toEntryAgeMs(start: string, nowMs: number): number | null {
  const id = ENTRY_START.exec(start)?.groups?.['id'];
  return isUuidV7(id) ? Math.max(0, nowMs - uuidTimeMs(id)) : null;
}
