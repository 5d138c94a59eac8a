import { findDeadLetters, listDeadLetterIds } from '@auditlane/store';
import { findLetters } from './find-letters.ts';
import type { Places } from './list-letters.ts';
import { listIds, MAX_FROM_TABLE } from './select-letters.ts';

/** Fewer characters are a typing error rather than the beginning of an id. */
const SHORTEST = 8;

/**
 * The ids of letters that each typed text stands for: the one that it is, or else all that begin with it, from 8
 * characters on. None means that there is no such letter, two or more that the text says too little.
 */
export async function resolveIds(
  { queue, pool }: Places,
  typed: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  // Postgres has no U+0000, and no id has one.
  const possible = [...new Set(typed)].filter((text) => !text.includes('\0'));
  const exact = await findLetters(queue, (ids) => findDeadLetters(pool, ids), possible);
  const beginnings = possible.filter((text) => !exact.has(text) && text.length >= SHORTEST);
  const known =
    beginnings.length === 0
      ? []
      : [...new Set([...(await listDeadLetterIds(pool, null, MAX_FROM_TABLE)), ...(await listIds({ queue }, null))])];
  return new Map(
    typed.map((text) => {
      if (exact.has(text)) return [text, [text]];
      return [text, beginnings.includes(text) ? known.filter((id) => id.startsWith(text)) : []];
    }),
  );
}
