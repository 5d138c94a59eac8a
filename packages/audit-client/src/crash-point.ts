/**
 * Steps at which a fault test ends this process as `kill -9` would: with frames synced and nobody told; with entries in
 * Redis and nothing noted here; with everything done for a receipt that is not given.
 */
export const CRASH_STEPS = ['after-spool', 'after-enqueue', 'before-ack'] as const;
export type CrashStep = (typeof CRASH_STEPS)[number];

/** Ends the process when it has come to the armed step; does nothing otherwise. */
export type CrashPoint = (step: CrashStep) => void;

/**
 * Creates a crash point from `AUDIT_CRASH_AT`: the name of a step, and `:n` for the nth time that it is reached. Armed
 * only under `NODE_ENV=test`.
 */
export function createCrashPoint(
  environment: Readonly<Record<string, string | undefined>>,
  crash: () => void = () => process.kill(process.pid, 'SIGKILL'),
): CrashPoint {
  const [armed, count = '1'] = (environment['AUDIT_CRASH_AT'] ?? '').split(':');
  if (environment['NODE_ENV'] !== 'test' || armed === '') {
    return () => undefined;
  }
  let left = Number(count);
  return (step) => {
    if (step === armed) {
      left -= 1;
      if (left === 0) {
        crash();
      }
    }
  };
}

/** The crash point of this process. Read once: it is passed for every event. */
export const crashPoint: CrashPoint = createCrashPoint(process.env);
