/** The two ways in which cells put a load on: as fast as callers get answers, and at a steady rate whatever the answers. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Makes one call; `number` counts from 0. */
export type Call = (number: number) => Promise<unknown>;

/** `callers` that each await every call before the next one, until `count` calls are answered. */
export async function loopClosed(
  load: { readonly callers: number; readonly count: number },
  call: Call,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < load.count) {
      next += 1;
      await call(next - 1);
    }
  };
  await Promise.all(Array.from({ length: load.callers }, () => caller()));
}

/**
 * Calls at a steady rate, the first at once, those of each millisecond together, and resolves when all are answered. A slow answer does not
 * slow the rate. Returns the seconds that the offering took, the answers not included. The first call that fails ends it
 * with its error.
 */
export async function offerSteadily(
  load: { readonly perSecond: number; readonly count: number },
  call: Call,
): Promise<number> {
  const failures: unknown[] = [];
  const pending: Promise<unknown>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < load.count && failures.length === 0;) {
    const due = Math.min(load.count, 1 + Math.floor(((performance.now() - started) * load.perSecond) / 1000));
    for (; sent < due; sent += 1) pending.push(call(sent).catch((error: unknown) => failures.push(error)));
    await sleep(1);
  }
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(pending);
  if (failures.length > 0) throw failures[0];
  return seconds;
}

/** What calls cost their process while it makes as many as it can: CPU a call in microseconds, and calls a second. */
export async function saturate(
  load: { readonly callers: number; readonly warmUp: number; readonly count: number },
  call: Call,
): Promise<{ readonly micros: number; readonly callsPerSecond: number }> {
  const { callers, warmUp, count } = load;
  await loopClosed({ callers, count: warmUp }, call);
  const before = process.cpuUsage();
  const started = performance.now();
  await loopClosed({ callers, count }, (number) => call(warmUp + number));
  const { user, system } = process.cpuUsage(before);
  return { micros: (user + system) / count, callsPerSecond: (count * 1000) / (performance.now() - started) };
}

/** The call with a clock: `waits` gets its milliseconds, but for those numbered below `warmUp`. */
export function timeCalls(call: Call, warmUp: number): { readonly call: Call; readonly waits: readonly number[] } {
  const waits: number[] = [];
  const timed = async (number: number): Promise<void> => {
    const started = performance.now();
    await call(number);
    if (number >= warmUp) waits.push(performance.now() - started);
  };
  return { call: timed, waits };
}
