/** What becomes of the lines of a stream. */
export interface LineHandler {
  line(text: string): void;
  /** A line was longer than the bound and is lost. */
  tooLong(): void;
}

/**
 * Cuts a stream of text into its lines; a worker thread gets them in pieces. A line of more than `maxCharacters` is
 * skipped to its end, so that a stream without a line end takes no more memory than that.
 */
export function createLineSplitter(handler: LineHandler, maxCharacters: number): (text: string) => void {
  let rest = '';
  let isSkipping = false;

  const end = (line: string): void => {
    if (isSkipping) {
      isSkipping = false;
    } else if (line.length > maxCharacters) {
      handler.tooLong();
    } else if (line !== '') {
      handler.line(line);
    }
  };

  return (text) => {
    let start = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', start)) {
      end(rest + text.slice(start, at));
      rest = '';
      start = at + 1;
    }
    if (!isSkipping) rest += text.slice(start);
    if (rest.length > maxCharacters) {
      handler.tooLong();
      rest = '';
      isSkipping = true;
    }
  };
}
