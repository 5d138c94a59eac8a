/** Calls whose event became no row. Throws, with both numbers, when there are more rows than calls: they would hide losses. */
export function countLost(called: number, stored: number): number {
  if (stored > called)
    throw new Error(`${called} calls were made and ${stored} rows are stored: losses cannot be counted`);
  return called - stored;
}
