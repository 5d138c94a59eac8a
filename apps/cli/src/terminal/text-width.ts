const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** What terminals draw two columns wide: East Asian wide forms and emoji. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
/** A letter with hundreds of marks paints over the lines around it. */
const MOST_UNITS_OF_ONE = 16;

/** Columns that a neutralized text takes. */
export function toWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text in at most `columns` columns, ending in `…` where something was left out. */
export function toFitting(text: string, columns: number): string {
  if (text.length <= columns && isPlain(text)) return text;
  let width = 0;
  let fitting = '';
  for (const { segment } of graphemes.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1;
    if (width > columns) return `${trimLast(fitting)}…`;
    fitting += segment.slice(0, MOST_UNITS_OF_ONE);
  }
  return fitting;
}

/** The end of the text in at most `columns` columns, beginning with `…` where something was left out. */
export function toFittingEnd(text: string, columns: number): string {
  if (toWidth(text) <= columns) return toFitting(text, columns);
  let width = 1;
  let end = '';
  for (const { segment } of [...graphemes.segment(text)].toReversed()) {
    width += toWidth(segment);
    if (width > columns) break;
    end = segment.slice(0, MOST_UNITS_OF_ONE) + end;
  }
  return `…${end}`;
}

function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/u.test(text);
}

/** Without its last visible character, which the dots stand for. */
function trimLast(text: string): string {
  return [...graphemes.segment(text)]
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join('');
}
