import type { LetterDetails, LetterSummary } from '@auditlane/dead-letters';
import { DEAD_LETTER_REASONS } from '@auditlane/schema';
import * as z from 'zod';

const MAX_IDS = 10_000;

/** Reasons of a newer release are taken, too: workers of both may run side by side. */
const Reason = z
  .string()
  .min(1)
  .max(100)
  .meta({
    description: `Why it was parked: ${DEAD_LETTER_REASONS.join(', ')}; unreadable for a line that is no letter.`,
  });

const Ids = z.array(z.string().min(1).max(300)).min(1).max(MAX_IDS);
const Expected = z
  .int()
  .nonnegative()
  .meta({ description: 'How many letters there are; with another number nothing is done.' });

/** The query of the list. */
export const ListQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/u)
    .transform(Number)
    .pipe(z.int().min(1).max(1000))
    .optional()
    .meta({ description: 'Letters of a page, 1 to 1000; 50 unless given.' }),
  cursor: z.string().min(1).max(2000).optional().meta({ description: '`next` of the page before.' }),
  reason: Reason.optional(),
});

const LETTER_FIELDS = {
  id: z.string().meta({
    description: "The event's id, `sha256:` and the digest of an entry without one, or `line:` and that of a line.",
  }),
  reason: Reason,
  sqlstate: z.string().nullable().meta({ description: 'What Postgres said; null when it was not asked.' }),
  detail: z.string(),
  attempts: z.int().meta({ description: 'How often it was tried, earlier redrives included.' }),
  first_at: z.iso.datetime().nullable(),
  last_at: z.iso.datetime().nullable(),
  worker: z.string().nullable(),
  bytes: z.int().meta({ description: 'Of the entry, before it was cut.' }),
  event_type: z.string().nullable(),
  place: z.enum(['list', 'table']).meta({ description: 'In `audit:failed`, or in `audit_dead_letters`.' }),
} as const;

const LetterSummaryBody = z.strictObject(LETTER_FIELDS).meta({ id: 'DeadLetterSummary' });

/** A page of letters, newest first. */
export const ListAnswer = z
  .strictObject({
    letters: z.array(LetterSummaryBody).readonly(),
    next: z.string().nullable().meta({ description: 'Cursor of the next page; null at the end.' }),
    in_list: z.int().meta({ description: 'Letters in `audit:failed`, whatever the filter.' }),
    in_table: z.int().meta({ description: 'Letters in `audit_dead_letters`, whatever the filter.' }),
  })
  .meta({ id: 'DeadLetterList' });

/** One letter. */
export const LetterAnswer = z
  .strictObject({
    ...LETTER_FIELDS,
    entry: z.record(z.string(), z.unknown()).nullable().meta({ description: 'The entry, when it is a JSON object.' }),
    raw: z.string().nullable().meta({ description: 'The entry as text; null when it is not UTF-8.' }),
    raw_base64: z.string().nullable().meta({ description: 'The entry, when it is not UTF-8.' }),
    is_truncated: z.boolean().meta({ description: 'Only a part was kept: it can be edited or purged, not redriven.' }),
    originals: z
      .array(z.strictObject({ at: z.iso.datetime(), actor: z.string(), line: z.string() }))
      .readonly()
      .meta({ description: 'What it was before its edits, newest first.' }),
  })
  .meta({ id: 'DeadLetter' });

/** Which letters to redrive. */
export const RedriveBody = z
  .union([z.strictObject({ ids: Ids }), z.strictObject({ reason: Reason }), z.strictObject({ all: z.literal(true) })])
  .meta({ id: 'RedriveDeadLetters' });

/** Which letters to delete for good. */
export const PurgeBody = z
  .union([
    z.strictObject({ ids: Ids }),
    z.strictObject({ reason: Reason, expected: Expected }),
    z.strictObject({ all: z.literal(true), expected: Expected }),
  ])
  .meta({ id: 'PurgeDeadLetters' });

/** What the letter is to become. */
export const EditBody = z
  .strictObject({
    entry: z.record(z.string(), z.unknown()).meta({
      description:
        'The whole entry. It keeps the id of the event; `metadata._auditlane.edited_from` names the original.',
    }),
  })
  .meta({ id: 'EditDeadLetter' });

const Action = z.uuid().meta({ description: 'In the events of this action as `correlation_id`.' });
const RedriveOutcomes = z.strictObject({
  redriven: z.int(),
  absent: z.int().meta({ description: 'There is no such letter, as after a redrive.' }),
  full: z.int().meta({ description: 'The main lane is full: the letter stays.' }),
  truncated: z.int().meta({ description: 'Only a part of the entry was kept.' }),
  unreadable: z.int().meta({ description: 'The line is no letter.' }),
});

export const RedriveAnswer = z
  .strictObject({ action: Action, selected: z.int(), outcomes: RedriveOutcomes })
  .meta({ id: 'RedriveAnswer' });

export const PurgeAnswer = z
  .strictObject({ action: Action, selected: z.int(), outcomes: z.strictObject({ purged: z.int(), absent: z.int() }) })
  .meta({ id: 'PurgeAnswer' });

export const EditAnswer = z
  .strictObject({
    action: Action,
    outcome: RedriveOutcomes.keyof(),
    event_id: z.uuid().meta({ description: 'The event that the letter becomes.' }),
  })
  .meta({ id: 'EditAnswer' });

/** A letter by the names of this interface. */
export function toSummaryBody(letter: LetterSummary) {
  return {
    id: letter.id,
    reason: letter.reason,
    sqlstate: letter.sqlstate,
    detail: letter.detail,
    attempts: letter.attempts,
    first_at: letter.firstAt?.toISOString() ?? null,
    last_at: letter.lastAt?.toISOString() ?? null,
    worker: letter.worker,
    bytes: letter.bytes,
    event_type: letter.eventType,
    place: letter.place,
  } satisfies z.output<typeof LetterSummaryBody>;
}

/** The same with what was in the queue. */
export function toLetterBody(letter: LetterDetails) {
  return {
    ...toSummaryBody(letter),
    entry: letter.entry === null ? null : { ...letter.entry },
    raw: letter.raw,
    raw_base64: letter.rawBase64,
    is_truncated: letter.isTruncated,
    originals: letter.originals.map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })),
  } satisfies z.output<typeof LetterAnswer>;
}
