/**
 * What Auditlane documents that it does to an event on its way, written once more from the documentation alone, so that
 * the demo does not check the client's code against itself: limits (`packages/schema/README.md`), masked keys, card numbers.
 */
import { createHash } from 'node:crypto';

const FLAG = { nul: 1, surrogate: 2, truncated: 4, redacted: 128 } as const;
/** The masked keys that can occur in the headers and fields of the example; without case, "-" and "_". */
const MASKED = new Set(
  'authorization proxyauthorization cookie setcookie password token secret xapikey apikey xauthtoken csrftoken pin otp'.split(
    ' ',
  ),
);
const CARD = /(?<![\w.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g;
const ISSUER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}|62\d{14,17})$/;

/** Notes what the rules did to one event. */
export interface RuleNotes {
  flags: number;
  readonly truncated: { readonly field: string; readonly bytes: number; readonly sha256: string }[];
}

function isLuhn(digits: string): boolean {
  const sum = Array.from(digits, Number).reduceRight((total, digit, index) => {
    const value = digit * ((digits.length - index) % 2 === 1 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function storable(text: string, notes: RuleNotes): string {
  if (text.includes('\0')) notes.flags |= FLAG.nul;
  const without = text.replaceAll('\0', '\uFFFD');
  if (!without.isWellFormed()) notes.flags |= FLAG.surrogate;
  return without.toWellFormed();
}

/** A text column: storable characters, cut at its limit, the cut recorded. */
export function columnText(
  column: { readonly field: string; readonly limit: number },
  text: string,
  notes: RuleNotes,
): string {
  const { field, limit } = column;
  if (text.length <= limit) return storable(text, notes);
  notes.flags |= FLAG.truncated;
  notes.truncated.push({
    field,
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  });
  const last = text.charCodeAt(limit - 1);
  return storable(text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit), notes);
}

function maskCards(text: string, notes: RuleNotes): string {
  return text.replaceAll(CARD, (candidate) => {
    const digits = candidate.replaceAll(/[ -]/g, '');
    if (!ISSUER.test(digits) || !isLuhn(digits)) return candidate;
    notes.flags |= FLAG.redacted;
    return '[REDACTED]';
  });
}

/** A value inside metadata: secrets masked by key, card numbers masked in texts, every text storable. */
export function metadataValue(value: unknown, notes: RuleNotes): unknown {
  if (typeof value === 'string') return maskCards(storable(value, notes), notes);
  if (Array.isArray(value)) return value.map((element) => metadataValue(element, notes));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    if (!MASKED.has(key.replaceAll(/[-_]/g, '').toLowerCase()))
      return [storable(key, notes), metadataValue(inner, notes)];
    notes.flags |= FLAG.redacted;
    return [key, '[REDACTED]'];
  });
  return Object.fromEntries(entries);
}
