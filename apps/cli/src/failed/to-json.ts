import type { EditedLetterDetails, LetterDetails, LetterSummary } from '@auditlane/dead-letters';

type Json = Readonly<Record<string, unknown>>;

/** A letter by the names that the HTTP interface has. */
export function toJsonSummary(letter: LetterSummary | EditedLetterDetails): Json {
  return {
    id: letter.id,
    reason: letter.reason,
    sqlstate: letter.sqlstate,
    detail: letter.detail,
    attempts: letter.attempts,
    first_at: letter.firstAt,
    last_at: letter.lastAt,
    worker: letter.worker,
    bytes: letter.bytes,
    event_type: letter.eventType,
    place: letter.place,
  };
}

/** The same with what was in the queue, and of a letter that was edited with what came of it. */
export function toJsonDetails(letter: LetterDetails | EditedLetterDetails): Json {
  return {
    ...toJsonSummary(letter),
    entry: letter.entry,
    raw: letter.raw,
    raw_base64: letter.rawBase64,
    is_truncated: letter.isTruncated,
    originals: letter.originals,
    ...(letter.place === 'originals' ? { event_id: letter.eventId, is_stored: letter.isStored } : {}),
  };
}
