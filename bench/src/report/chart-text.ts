/** A title that ends in parentheses says there what limits the measure: that goes into a line of its own. */
const WITH_REMARK = /^(?<title>.+?) \((?<remark>.+)\)$/s;
// In the larger text of a narrow screen: 672 units of 13.5 for bold letters and of 11 for others.
const TITLE_LETTERS = 48;
const REMARK_LETTERS = 60;

/** Breaks a text at its blanks into lines of at most `most` letters; a longer word stays whole. */
export function toLines(text: string, most: number): readonly string[] {
  return text.split(' ').reduce<readonly string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

/** The lines of a chart's title, and those of the remark below it. */
export function toHeading(text: string): { readonly title: readonly string[]; readonly remark: readonly string[] } {
  const { title = text, remark = '' } = WITH_REMARK.exec(text)?.groups ?? {};
  const sentence = remark.slice(0, 1).toUpperCase() + remark.slice(1);
  return {
    title: toLines(title, TITLE_LETTERS),
    remark: remark === '' ? [] : toLines(sentence, REMARK_LETTERS),
  };
}
