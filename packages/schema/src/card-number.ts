/**
 * Payment card numbers: 13 to 19 digits, bare or in the groups printed on cards, standing alone (not inside a
 * longer number, a UUID or a decimal), with an issuer's prefix and length, and a valid Luhn digit. The prefix
 * keeps ids and epoch times out: of random 16-digit ids about one in 40 would still look like a card.
 */
const CANDIDATE = /(?<![\w.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|\.\d)/g;
const DIGIT_RUN = /\d{4}[ -]?\d{4}/;
const ISSUERS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/, // Visa
  /^(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^(?:6011|65\d{2}|64[4-9]\d)\d{12,15}$/, // Discover
  /^3(?:0[0-5]|[68]\d)\d{11}$/, // Diners Club
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^62\d{14,17}$/, // UnionPay
];
const MASK = '[REDACTED]';

function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isCardNumber(candidate: string): boolean {
  const digits = candidate.replaceAll(/[ -]/g, '');
  return ISSUERS.some((issuer) => issuer.test(digits)) && hasLuhnDigit(digits);
}

/** Replaces each card number in `text` by "[REDACTED]"; returns the same string when there is none. */
export function maskCardNumbers(text: string): string {
  if (text.length < 13 || !DIGIT_RUN.test(text)) return text;
  return text.replaceAll(CANDIDATE, (candidate) => (isCardNumber(candidate) ? MASK : candidate));
}
