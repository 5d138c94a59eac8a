/** Where values stand on an axis, and which of them are named there. */
export interface Scale {
  readonly ticks: readonly number[];
  /** From 0 (start of the axis) to 1 (its end). */
  at(value: number): number;
}

const MOST_OWN_TICKS = 9;

/** Steps of 1, 2 or 5 times a power of ten, at most `most` of them, from 0 to at least `largest`. */
export function toLinearScale(largest: number, most = 6): Scale {
  const rough = (largest > 0 ? largest : 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const count = Math.max(1, Math.ceil((largest / step) * 0.999));
  const end = count * step;
  return { ticks: Array.from({ length: count + 1 }, (_, at) => at * step), at: (value) => value / end };
}

/** Powers of ten around the values; or the values themselves when they are few. Values must be above 0. */
export function toLogScale(values: readonly number[]): Scale {
  const own = [...new Set(values)].sort((a, b) => a - b);
  const [first = 1] = own;
  const last = own.at(-1) ?? first;
  const low = Math.log(first);
  const width = Math.log(last) - low || 1;
  return {
    ticks: own.length <= MOST_OWN_TICKS ? own : powersOfTen(first, last),
    at: (v) => (Math.log(v) - low) / width,
  };
}

const MOST_LOG_TICKS = 11;

/** The y axis of values that are factors apart: between round values around them, which must be above 0. */
export function toLogAxis(values: readonly number[]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const fine = logTicks(least, most, [1, 2, 5]);
  const ticks = fine.length <= MOST_LOG_TICKS ? fine : logTicks(least, most, [1]);
  const [low = least] = ticks;
  const width = Math.log((ticks.at(-1) ?? most) / low) || 1;
  return { ticks, at: (value) => Math.log(value / low) / width };
}

/** From the last of the steps of powers of ten that is at most `least` to the first that is at least `most`. */
function logTicks(least: number, most: number, steps: readonly number[]): readonly number[] {
  const all: number[] = [];
  const end = Math.ceil(Math.log10(most)) + 1;
  for (let power = Math.floor(Math.log10(least)); power <= end; power += 1) {
    all.push(...steps.map((step) => step * 10 ** power));
  }
  const first = all.findLastIndex((tick) => tick <= least);
  return all.slice(Math.max(0, first), all.findIndex((tick) => tick >= most) + 1);
}

function powersOfTen(first: number, last: number): readonly number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(first)); 10 ** power <= last; power += 1) ticks.push(10 ** power);
  return ticks;
}

/** The x axis of few values that are not a power apart: from the first to the last, each named. */
export function toValueScale(values: readonly number[]): Scale {
  const own = [...new Set(values)].sort((a, b) => a - b);
  const last = own.at(-1) ?? 1;
  if (own.length > MOST_OWN_TICKS) return toLinearScale(last);
  const [first = 0] = own;
  const start = first < last / 4 ? 0 : first;
  const width = last - start || 1;
  return { ticks: own, at: (value) => (value - start) / width };
}

const SUFFIXES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** A value in a few characters: 950, 1.5k, 30M; whole multiples of 1,024 as 64Ki. */
export function toShortText(value: number): string {
  if (value >= 1_024 && value < 1_048_576 && value % 1_024 === 0 && value % 1_000 !== 0) return `${value / 1_024}Ki`;
  const [divisor, suffix] = SUFFIXES.find(([size]) => Math.abs(value) >= size) ?? [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${suffix}`;
}
