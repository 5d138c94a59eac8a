import { QueueError } from './queue-error.ts';

/** What one call may carry. Lua's `unpack` ends at 7990 values; a script blocks Redis for everybody while it runs. */
export const CALL_LIMITS = { entries: 1000, bytes: 1_048_576, claimBytes: 8_388_608 } as const;

const NAME = /^[A-Za-z0-9_.-]{1,128}$/u;

/** Throws `invalid_call` unless `value` is a whole number in the range. */
export function assertWithin(what: string, value: number, range: { readonly min: number; readonly max: number }): void {
  if (Number.isSafeInteger(value) && value >= range.min && value <= range.max) return;
  throw new QueueError(
    'invalid_call',
    `${what} must be a whole number from ${range.min} to ${range.max}, not ${value}`,
  );
}

/** Throws `invalid_call` unless `id` can be part of a key: 1 to 128 letters, digits, `_`, `.`, `-`. */
export function assertBatchId(id: string): void {
  if (!NAME.test(id)) throw new QueueError('invalid_call', 'A batch id is 1 to 128 letters, digits, "_", "." and "-"');
}
