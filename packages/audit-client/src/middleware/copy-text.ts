/** Below this a slice that keeps its whole source in memory is cheaper than a copy. */
const CHEAP_CHARACTERS = 512;

/**
 * The first `limit` characters of a text. A slice of a large string keeps all of it alive for as long as it lives itself,
 * and an event may wait half a minute: what is cut off a large text is copied.
 */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : detach(text, text.slice(0, limit));
}

/** `slice`, a part of `source`, without keeping a large `source` alive. */
export function detach(source: string, slice: string): string {
  return source.length <= CHEAP_CHARACTERS || slice.length === source.length ? slice : Buffer.from(slice).toString();
}
