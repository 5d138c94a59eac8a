const ID = /^\{"v":1,"id":"(?<id>[0-9a-f-]{36})"/i;

/** The id of an entry in lower case, which stands at its front; null for a line that this library has not written. */
export function toEntryId(line: string): string | null {
  return ID.exec(line)?.groups?.['id']?.toLowerCase() ?? null;
}
