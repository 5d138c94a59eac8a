const ENTRY_START =
  /^\{"v":\d+,"id":"(?<high>[0-9a-f]{8})-(?<low>[0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/u;

/**
 * Age of an entry by the time inside its id, from the first bytes of its line; null for anything that does not open as
 * an entry of ours does. A producer's clock ahead of Redis gives 0, not a negative age.
 */
export function toEntryAgeMs(start: string, nowMs: number): number | null {
  const groups = ENTRY_START.exec(start)?.groups;
  if (groups === undefined) return null;
  const mintedMs = Number.parseInt(`${groups['high']}${groups['low']}`, 16);
  return Math.max(0, nowMs - mintedMs);
}
