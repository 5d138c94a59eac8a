const SEGMENT = /^(\d{8})\.spool$/;

/** The file name of segment `number`; names sort in the order they were written. */
export function toSegmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.spool`;
}

/** The segments among the files of a spool folder, oldest first. */
export function listSegmentNames(fileNames: readonly string[]): readonly string[] {
  return fileNames.filter((name) => SEGMENT.test(name)).toSorted();
}
