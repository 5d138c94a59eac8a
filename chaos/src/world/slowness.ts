import { availableParallelism, loadavg } from 'node:os';

/**
 * How many times slower than a free machine this one is right now, 1 to 8: processes that want a core, for each core. A
 * promise in seconds is about a machine that has time for it; results name the factor that a bound was held at.
 */
export function measureSlowness(): number {
  const wanted = (loadavg()[0] ?? 0) / availableParallelism();
  return Math.round(Math.min(8, Math.max(1, wanted)) * 10) / 10;
}
