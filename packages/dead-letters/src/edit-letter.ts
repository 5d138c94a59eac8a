import { decodeEntry, isUuidV7, SCHEMA_VERSION } from '@auditlane/schema';
import { DeadLettersError } from './dead-letters-error.ts';
import { entryOf } from './describe-letter.ts';
import { digestOf, type Letter } from './letter.ts';
import type { Actor } from './operator-event.ts';
import { mintId, toObject } from './to-entry.ts';

/** The entry that an edit makes. */
export interface EditedEntry {
  readonly line: Buffer;
  readonly id: string;
}

/**
 * The entry of an edit as a worker takes it: under the letter's id, or a minted one where that is none, with the
 * producer's mark of the original unless given, and with `metadata._auditlane.edited_from`, which names the original.
 * Throws `invalid_entry` for what a worker would park again.
 */
export function toEditedEntry(
  letter: Letter,
  entry: Readonly<Record<string, unknown>>,
  { actor, at }: { readonly actor: Actor; readonly at: Date },
): EditedEntry {
  const id = toEditedId(letter, entry['id']);
  const metadata = toObject(entry['metadata'] ?? {});
  if (metadata === null) throw new DeadLettersError('invalid_entry', 'metadata: must be an object.');
  const original = entryOf(letter);
  const edited_from = { letter: letter.id, sha256: digestOf(letter.line), by: actor.id, at: at.toISOString() };
  const line = JSON.stringify({
    v: SCHEMA_VERSION,
    ...pick(original, ['producer', 'n']),
    ...entry,
    id,
    metadata: { ...metadata, _auditlane: { ...toObject(metadata['_auditlane']), edited_from } },
  });
  const decoded = decodeEntry(line);
  if (decoded.kind === 'event') return { line: Buffer.from(line), id };
  const detail = decoded.kind === 'newer' ? `v: this release knows ${SCHEMA_VERSION}.` : decoded.detail;
  throw new DeadLettersError('invalid_entry', detail);
}

function toEditedId(letter: Letter, given: unknown): string {
  const id = isUuidV7(letter.id) ? letter.id : mintId(letter);
  // What an original had instead of an id is no contradiction; another id would be another event.
  if (!isUuidV7(given) || given.toLowerCase() === id.toLowerCase()) return id;
  throw new DeadLettersError('invalid_entry', `id: the event keeps the id ${id}; leave it out.`);
}

function pick(
  from: Readonly<Record<string, unknown>> | null,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => keys.includes(key)));
}
