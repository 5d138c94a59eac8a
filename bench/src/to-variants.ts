/** Below this share of the published work a run tests the harness and measures nothing. */
const TEST_SCALE = 0.01;

/** The variants of a part: all of them, or the first two where starting processes would be most of the work. */
export function toVariants<T>(all: readonly T[], scale: number): readonly T[] {
  return scale < TEST_SCALE ? all.slice(0, 2) : all;
}
