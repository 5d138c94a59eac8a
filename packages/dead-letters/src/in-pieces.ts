const PIECE_BYTES = 4_194_304;

/** Groups of letters that one call, or calls at once, may carry to Redis within its deadline: letters may be of a megabyte. */
export function inPieces<Item extends { readonly line: Buffer }>(
  letters: readonly Item[],
): readonly (readonly Item[])[] {
  const pieces: Item[][] = [];
  let bytes = 0;
  for (const letter of letters) {
    const last = pieces.at(-1);
    if (last === undefined || bytes + letter.line.length > PIECE_BYTES) {
      pieces.push([letter]);
      bytes = letter.line.length;
    } else {
      last.push(letter);
      bytes += letter.line.length;
    }
  }
  return pieces;
}
