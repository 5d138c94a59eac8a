/** What was changed or doubted on the way into the table: the bits of `audit_logs.flags`. Bits are never reused. */
export const EVENT_FLAGS = {
  /** U+0000 was replaced by U+FFFD. */
  nul: 1,
  /** A lone surrogate was replaced by U+FFFD. */
  surrogate: 2,
  /** A text field was cut; `metadata._auditlane.truncated` says which. */
  truncated: 4,
  /** Metadata was cut: depth, keys, elements or size. */
  metadataTruncated: 8,
  /** ip_address was no address; the original is in `metadata._auditlane.original`. */
  ipInvalid: 16,
  /** occurred_at was no time or out of range; the original is in `metadata._auditlane.original`. */
  timeInvalid: 32,
  /** The id's time is more than a day ahead, or older than the worker expects. */
  timeSuspect: 64,
  /** A secret was replaced by "[REDACTED]". */
  redacted: 128,
  /** A value that JSON cannot express was replaced by a description of it. */
  unrepresentable: 256,
  /** A foreign producer's field had a wrong type or an unknown value; it is in `metadata._auditlane.extra`. */
  fieldInvalid: 512,
} as const;
export type EventFlag = keyof typeof EVENT_FLAGS;

/** Names the bits of `flags`, lowest first; bits without a name are left out. */
export function toFlagNames(flags: number): readonly string[] {
  return Object.entries(EVENT_FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);
}
