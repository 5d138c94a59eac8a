import { toDuration } from '../terminal/quantities.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** One reading of another machine's clock. */
export interface ClockReading {
  readonly of: string;
  readonly theirMs: number;
  /** Ours, before it was asked and after the answer. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

const WARN_MS = 2000;
const FAIL_MS = 60_000;

/** How far another clock is from ours, as far as the time of the question leaves no doubt. Pure. */
export function toSkewMs({ theirMs, askedMs, answeredMs }: ClockReading): number {
  if (theirMs < askedMs) return theirMs - askedMs;
  return theirMs > answeredMs ? theirMs - answeredMs : 0;
}

/** Ids carry the time, so clocks that differ put events into the wrong place. */
export function checkClocks(readings: readonly ClockReading[]): readonly Finding[] {
  return readings.map((reading) => {
    const check = `clock of ${reading.of}`;
    const skewMs = toSkewMs(reading);
    const size = Math.abs(skewMs);
    if (size < WARN_MS) return ok(check, size < 1000 ? 'as ours' : `${toDuration(size)} from ours`);
    const fact = `${toDuration(size)} ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of this machine: run NTP (chrony) on both`;
    return size < FAIL_MS ? warn(check, fact) : fail(check, fact);
  });
}
