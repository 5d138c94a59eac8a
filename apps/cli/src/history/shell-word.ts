/** A word that a shell takes as it is, whatever is in it. */
export function toShellWord(word: string): string {
  return /^[\w.,:/@%+=-]+$/u.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
