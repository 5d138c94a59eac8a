import type { Findings } from './findings.ts';
import { LIMITS } from './limits.ts';

export type TextField = keyof typeof LIMITS.text;

/** What JSON has to escape, and what Postgres refuses: a text without it is written as it is. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
/** No caller means a number of more digits; above it a decimal form takes seconds. */
const MAX_BIGINT = 10n ** 1000n;

/** The first `limit` code units, without half a surrogate pair at the end. */
export function cutText(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** U+0000 and lone surrogates, which Postgres refuses, become U+FFFD. */
export function cleanText(text: string, findings: Findings): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  let clean = text;
  if (clean.includes('\0')) {
    findings.flag('nul');
    clean = clean.replaceAll('\0', '\ufffd');
  }
  if (!clean.isWellFormed()) {
    findings.flag('surrogate');
    clean = clean.toWellFormed();
  }
  return clean;
}

/** Whether a text may stand between quotes as it is. */
export function isPlainText(text: string): boolean {
  return !NEEDS_ESCAPE.test(text);
}

/** A JSON string of the text, cleaned; one look at it where it needs neither cleaning nor escapes. */
export function writeClean(text: string, findings: Findings): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(cleanText(text, findings)) : '"' + text + '"';
}

/** A JSON string. */
export function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Decimal digits; a number beyond 1000 of them is only named. */
export function bigintToText(value: bigint): string {
  return value > MAX_BIGINT || value < -MAX_BIGINT ? '[BigInt of more than 1000 digits]' : value.toString();
}

/** A field's value as clean text within its limit, or null. Cutting is flagged and recorded. */
export function toText(value: unknown, field: TextField, findings: Findings): string | null {
  const limit = LIMITS.text[field];
  let text: string;
  if (typeof value === 'string') text = value;
  else if (typeof value === 'number') text = String(value === 0 ? 0 : value);
  else if (typeof value === 'bigint') text = bigintToText(value);
  else return null;
  if (text.length <= limit) return cleanText(text, findings);
  findings.flag('truncated');
  findings.recordCut(field, text);
  return cleanText(cutText(text, limit), findings);
}
