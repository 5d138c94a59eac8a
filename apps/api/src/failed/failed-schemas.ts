import type { LetterDetails, LetterSummary } from '@auditlane/dead-letters';
import { DEAD_LETTER_REASONS } from '@auditlane/schema';
import * as z from 'zod';

const MAX_IDS = 10_000;

// Refusals are read by people: each is one sentence that says what is taken.
const LIMIT_RULE = '`limit` is a whole number from 1 to 1000.';
const CURSOR_RULE = '`cursor` is the `next` of the page before.';
const REASON_RULE = '`reason` is a text of 1 to 100 characters.';
const IDS_RULE = '`ids` is a list of 1 to 10000 ids of 1 to 300 characters.';
const EXPECTED_RULE = '`expected` is the number of letters there are, 0 or more.';
const REDRIVE_RULE =
  'The body has one of `ids` (a list of 1 to 10000 ids), `reason` (a text) or `all` (true), and nothing else.';
const PURGE_RULE =
  'The body has `ids` (a list of 1 to 10000 ids), or `expected` (how many letters there are) with one of `reason` (a text) or `all` (true), and nothing else.';
const EDIT_RULE = 'The body has `entry`, the whole entry as a JSON object, and nothing else.';

/** Reasons of a newer release are taken, too: workers of both may run side by side. */
const Reason = z
  .string(REASON_RULE)
  .min(1, REASON_RULE)
  .max(100, REASON_RULE)
  .refine((text) => !text.includes('\0'), REASON_RULE)
  .meta({
    description: `Why it was parked: ${DEAD_LETTER_REASONS.join(', ')}; unreadable for a line that is no letter.`,
  });

const Ids = z
  .array(z.string(IDS_RULE).min(1, IDS_RULE).max(300, IDS_RULE), IDS_RULE)
  .min(1, IDS_RULE)
  .max(MAX_IDS, IDS_RULE);
const Expected = z
  .int(EXPECTED_RULE)
  .nonnegative(EXPECTED_RULE)
  .meta({ description: 'How many letters there are; with another number nothing is done.' });

/** The query of the list. */
export const ListQuery = z.strictObject(
  {
    limit: z
      .string()
      .regex(/^\d{1,4}$/u, LIMIT_RULE)
      .transform(Number)
      .pipe(z.int().min(1, LIMIT_RULE).max(1000, LIMIT_RULE))
      .optional()
      .meta({ description: 'Letters of a page, 1 to 1000; 50 unless given.' }),
    cursor: z
      .string()
      .min(1, CURSOR_RULE)
      .max(4000, CURSOR_RULE)
      .optional()
      .meta({ description: '`next` of the page before.' }),
    reason: Reason.optional(),
  },
  'Only `limit`, `cursor` and `reason` are taken.',
);

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
  .union(
    [z.strictObject({ ids: Ids }), z.strictObject({ reason: Reason }), z.strictObject({ all: z.literal(true) })],
    REDRIVE_RULE,
  )
  .meta({ id: 'RedriveDeadLetters' });

/** Which letters to delete for good. */
export const PurgeBody = z
  .union(
    [
      z.strictObject({ ids: Ids }),
      z.strictObject({ reason: Reason, expected: Expected }),
      z.strictObject({ all: z.literal(true), expected: Expected }),
    ],
    PURGE_RULE,
  )
  .meta({ id: 'PurgeDeadLetters' });

/** What the letter is to become. */
export const EditBody = z
  .strictObject(
    {
      entry: z.record(z.string(), z.unknown(), EDIT_RULE).meta({
        description:
          'The whole entry. It keeps the id of the event; `metadata._auditlane.edited_from` names the original.',
      }),
    },
    EDIT_RULE,
  )
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
