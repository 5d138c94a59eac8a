/** Loaded into a worker before its program (`--import`): an hour takes 200 ms, shorter waits take as long as ever. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const HOUR_MS = 3_600_000;
const original = timers.setTimeout;

timers.setTimeout = <T>(delayMs?: number, value?: T, options?: Parameters<typeof original>[2]): Promise<T> =>
  original(delayMs === HOUR_MS ? 200 : delayMs, value as T, options);
syncBuiltinESMExports();
