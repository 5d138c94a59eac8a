import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { sha256Hex } from './digest.ts';
import { LIMITS } from './limits.ts';

/** Why an entry was parked. */
export const DEAD_LETTER_REASONS = [
  'undecodable',
  'missing_id',
  'invalid_id',
  'invalid_field',
  'too_large',
  'refused_by_processor',
  'rejected_by_postgres',
  'crash_suspect',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** One element of `audit:failed`. */
export const DeadLetter = z.object({
  /** The event's id, or `sha256:<hex of the raw entry>` when it has none: parking twice makes one dead letter. */
  id: z.string().min(1),
  reason: z.enum(DEAD_LETTER_REASONS),
  detail: z.string(),
  sqlstate: z.string().nullable(),
  attempts: z.int().nonnegative(),
  first_at: z.iso.datetime(),
  last_at: z.iso.datetime(),
  worker: z.string(),
  /** The entry as it was, when it is UTF-8; else raw_base64. */
  raw: z.string().optional(),
  raw_base64: z.string().optional(),
  /** Bytes of the original, present only when raw was cut: such a dead letter cannot be redriven. */
  raw_bytes: z.int().positive().optional(),
});
export type DeadLetter = z.output<typeof DeadLetter>;

export interface DeadLetterFacts {
  readonly raw: Buffer | string;
  readonly id: string | null;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly sqlstate?: string | null;
  readonly attempts: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly worker: string;
}

/** Builds a dead letter that keeps the raw entry (at most LIMITS.deadLetterRawBytes of it). Never throws. */
export function toDeadLetter(facts: DeadLetterFacts): DeadLetter {
  const bytes = typeof facts.raw === 'string' ? Buffer.from(facts.raw) : facts.raw;
  return {
    id: facts.id ?? `sha256:${sha256Hex(bytes)}`,
    reason: facts.reason,
    detail: facts.detail.toWellFormed().slice(0, 1000),
    sqlstate: facts.sqlstate ?? null,
    attempts: facts.attempts,
    first_at: facts.firstAt.toISOString(),
    last_at: facts.lastAt.toISOString(),
    worker: facts.worker,
    ...toRaw(bytes),
  };
}

function toRaw(bytes: Buffer): Pick<DeadLetter, 'raw' | 'raw_base64' | 'raw_bytes'> {
  const isCut = bytes.length > LIMITS.deadLetterRawBytes;
  const kept = isCut ? bytes.subarray(0, LIMITS.deadLetterRawBytes) : bytes;
  const text = isUtf8(kept) ? { raw: kept.toString('utf8') } : { raw_base64: kept.toString('base64') };
  return isCut ? { ...text, raw_bytes: bytes.length } : text;
}

/** One line of JSON for `audit:failed`. */
export function encodeDeadLetter(deadLetter: DeadLetter): string {
  return JSON.stringify(deadLetter);
}
