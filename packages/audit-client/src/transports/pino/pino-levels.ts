/** The numbers of pino's levels, ascending. */
const LEVELS = [
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
] as const;

const NUMBERS: ReadonlyMap<string, number> = new Map(LEVELS.map(([number, name]) => [name, number]));

/** The number of a level of pino's, or undefined for a custom one. */
export function toLevelNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}

/** The name of a number, which for a custom one is that of the next level below it: 35 is `info`. */
export function toLevelName(number: number): string {
  return LEVELS.findLast(([known]) => known <= number)?.[1] ?? 'trace';
}
