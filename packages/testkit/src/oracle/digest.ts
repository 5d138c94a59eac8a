import { createHash } from 'node:crypto';

/** Sorts the keys of every object: Postgres keeps jsonb in an order of its own. */
function toCanonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCanonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, toCanonical(inner)]));
}

/** 128 bits that stand for a content: equal for equal JSON values, whatever the order of their keys. */
export function digestContent(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(toCanonical(content)))
    .digest('base64url')
    .slice(0, 22);
}
