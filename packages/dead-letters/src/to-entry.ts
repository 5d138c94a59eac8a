import { isUuidV7 } from '@auditlane/schema';
import { digestOf, parseJson, rawOf, type Letter } from './letter.ts';

/** What a redrive pushes, or why it cannot. */
export type Redrivable =
  | { readonly kind: 'entry'; readonly entry: Buffer; readonly entryId: string }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'unreadable' };

/** The raw entry; one without an id gets the letter's, so that the same letter redriven twice is one event. */
export function toEntry(letter: Letter): Redrivable {
  const { content } = letter;
  if (content === null || (content.raw === undefined && content.raw_base64 === undefined))
    return { kind: 'unreadable' };
  if (content.raw_bytes !== undefined) return { kind: 'truncated' };
  const raw = rawOf(letter);
  if (isUuidV7(content.id)) return { kind: 'entry', entry: raw, entryId: content.id };
  const entry = toObject(parseJson(raw));
  if (entry === null || !isMissing(entry['id'])) return { kind: 'entry', entry: raw, entryId: content.id };
  const id = mintId(letter);
  return { kind: 'entry', entry: Buffer.from(insertId(raw.toString(), entry, id)), entryId: id };
}

/** The event that a redrive makes of it; null when there is none whose id could be looked up. */
export function toEventId(letter: Letter): string | null {
  const redrivable = toEntry(letter);
  return redrivable.kind === 'entry' && isUuidV7(redrivable.entryId) ? redrivable.entryId : null;
}

/**
 * A UUIDv7 made of the letter: its first time, and 74 bits of the digest of its id. A redrive that is repeated after a
 * crash mints the same one, so the store absorbs the second copy.
 */
export function mintId({ id, content }: Letter): string {
  const firstMs = content === null ? 0 : Date.parse(content.first_at);
  const time = firstMs.toString(16).padStart(12, '0').slice(-12);
  const random = digestOf(`${id} ${content?.first_at ?? ''}`);
  const variant = ((Number.parseInt(random.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** The value if it is a JSON object, else null. */
export function toObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(id: unknown): boolean {
  return id === undefined || id === null || id === '';
}

/** As text, since writing the parsed entry again would change numbers. Last, because the last of two equal keys counts. */
function insertId(raw: string, entry: Readonly<Record<string, unknown>>, id: string): string {
  const end = raw.lastIndexOf('}');
  return `${raw.slice(0, end)}${Object.keys(entry).length === 0 ? '' : ','}"id":"${id}"}`;
}
