/** A count as it stands in names and tables. */
export function toCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** So many of something: `1 worker`, `1,000 workers`. */
export function toCounted(count: number, noun: string): string {
  return `${toCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
