import * as z from 'zod';

/** A whole number in plain digits; its message follows the option's name. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/u, { error: message, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

/** The id of an event, a key: a UUID. */
export function uuid() {
  return z.guid('must be an id such as 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f');
}

/** The id of a key, or its beginning, from 8 characters on. */
export function keyId() {
  return z
    .string()
    .regex(
      /^[0-9a-f-]{8,36}$/iu,
      'must be an id such as 019a5c1e-7d20-7cc3-98c4-dc0c0c07398f, or its first 8 characters',
    );
}

/** A text of 1 to `max` characters. */
export function text(max: number) {
  return z.string().min(1, 'must not be empty').max(max, `must have at most ${max} characters`);
}

/** A switch. */
export function flag() {
  return z.boolean().default(false);
}

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS };
const MESSAGE = 'must be a time such as 2027-01-31 or 2027-01-31T12:00:00Z, or a span such as 12h, 30d, 1y';

/** A time to come: a date (UTC), a time, or a span from now. A function of now. */
export function futureTime() {
  return time(1);
}

/** A time gone by: a date (UTC), a time, or a span before now. A function of now. */
export function pastTime() {
  return time(-1);
}

function time(direction: 1 | -1) {
  return z.string().transform((typed, context): ((now: Date) => Date) => {
    const span = /^(\d{1,5})([hdwy])$/u.exec(typed);
    if (span !== null) {
      const ms = Number(span[1]) * (UNITS_MS[span[2] ?? ''] ?? 0);
      return (now) => new Date(now.getTime() + direction * ms);
    }
    const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/u.test(typed);
    const date = new Date(typed);
    if (isTime && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(typed.slice(0, 10))) {
      return () => date;
    }
    context.addIssue({ code: 'custom', message: MESSAGE });
    return z.NEVER;
  });
}
