import type { NumberRange } from '@auditlane/store';

const RANGE = /\[(\d+),(\d+)\)/g;

/** Reads a multirange as Postgres writes it: `{[5,10),[12,13)}`. */
export function fromLedgerNumbers(text: string): readonly NumberRange[] {
  return [...text.matchAll(RANGE)].map(([, from, to]) => ({ first: Number(from), last: Number(to) - 1 }));
}

/** Reads numbers as events tell them: `5-9,12`. */
export function fromEventNumbers(text: string): readonly NumberRange[] {
  return text.split(',').map((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return { first, last };
  });
}
