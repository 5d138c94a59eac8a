/** Numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

const RANGE = /\[(\d{1,16}),(\d{1,16})\)/g;
const NUMBER_TEXT = /^\d{1,16}(-\d{1,16})?(,\d{1,16}(-\d{1,16})?)*$/;

/** Reads a multirange as the server writes it: `{[5,10),[12,13)}`. */
export function fromMultirange(text: string): readonly NumberRange[] {
  return [...text.matchAll(RANGE)].map(([, from, to]) => ({ first: Number(from), last: Number(to) - 1 }));
}

/** Writes ranges for people, `5-9,12`: the first `limit` of them, and how many more there are. */
export function toNumberText(ranges: readonly NumberRange[], limit: number): string {
  const shown = ranges.slice(0, limit).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const more = ranges.length - shown.length;
  return shown.join(',') + (more > 0 ? ` and ${more} more ranges` : '');
}

/** Reads `5-9,12` as a client writes it; null for what is not of this form or names no number above 0. */
export function fromNumberText(text: string): readonly NumberRange[] | null {
  if (!NUMBER_TEXT.test(text)) return null;
  const ranges = text.split(',').map((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return { first, last };
  });
  return ranges.every(({ first, last }) => first >= 1 && first <= last && last <= Number.MAX_SAFE_INTEGER)
    ? ranges
    : null;
}

/** How many numbers there are. */
export function countNumbers(ranges: readonly NumberRange[]): number {
  return ranges.reduce((total, { first, last }) => total + last - first + 1, 0);
}

/** Whether sorted ranges have a number. */
export function hasNumber(ranges: readonly NumberRange[], number: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (number < range.first) high = middle - 1;
    else if (number > range.last) low = middle + 1;
    else return true;
  }
  return false;
}
