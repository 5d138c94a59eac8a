/**
 * Replaces what stands between `<!-- generated <name>: begin -->` and its end. Throws when the page has not exactly one such
 * pair: a table that goes nowhere would leave an old one published.
 */
export function fillBlock(page: string, name: string, body: string): string {
  const begin = `<!-- generated ${name}: begin -->`;
  const end = `<!-- generated ${name}: end -->`;
  const [before, rest, ...otherBegins] = page.split(begin);
  const [, after, ...otherEnds] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || otherBegins.length > 0 || otherEnds.length > 0) {
    throw new Error(`the page needs one block "${name}": ${begin} and then ${end}`);
  }
  return `${before}${begin}\n\n${body.trim()}\n\n${end}${after}`;
}

/** A table of Markdown; cells may hold any text. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const toLine = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [toLine(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(toLine)].join('\n');
}
