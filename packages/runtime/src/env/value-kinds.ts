import * as z from 'zod';

/** A whole number in plain decimal digits: `1e3`, `0x10` and ` 5` are refused, because they are typing errors more often than not. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: message, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

const TRUE_WORDS: readonly string[] = ['true', '1', 'yes', 'on'];
const FALSE_WORDS: readonly string[] = ['false', '0', 'no', 'off'];

/** A switch: true, 1, yes, on or false, 0, no, off in any case. */
export function onOff() {
  return z
    .string()
    .toLowerCase()
    .refine((word) => TRUE_WORDS.includes(word) || FALSE_WORDS.includes(word), 'must be true or false')
    .transform((word) => TRUE_WORDS.includes(word));
}

/**
 * A URL with one of the given protocols (without the colon), whose user, password and path can be decoded: a `%` that
 * somebody typed plainly would else end as a wrong password. The fault never repeats the value: it may hold a password.
 */
export function urlOf(protocols: readonly string[]) {
  const message = `must be a URL that starts with ${protocols.map((name) => `${name}://`).join(' or ')}`;
  return z
    .string()
    .refine((text) => URL.canParse(text) && protocols.some((name) => text.startsWith(`${name}://`)), {
      error: message,
      abort: true,
    })
    .refine(isDecodable, 'must have every % in user, password and path written as %25');
}

function isDecodable(text: string): boolean {
  const { username, password, pathname } = new URL(text);
  try {
    decodeURIComponent(username + password + pathname);
    return true;
  } catch {
    return false;
  }
}

/** One word of a closed set. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

/** A text of 1 to `max` characters without control characters, so that it is safe in a log line, a file name and a Redis key. */
export function plainText(max: number) {
  return z
    .string()
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');
}
