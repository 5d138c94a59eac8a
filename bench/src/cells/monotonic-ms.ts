/** Milliseconds of the machine's monotonic clock, which all processes of it share: `performance.now` begins anew in each. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
