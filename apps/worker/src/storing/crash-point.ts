/**
 * Steps at which a fault test ends the process as `kill -9` would: with the claim taken and nothing stored; with the
 * statement sent and its answer outstanding; with the rows committed and the claim not finished.
 */
export const CRASH_STEPS = ['after-claim', 'before-commit', 'after-commit'] as const;
export type CrashStep = (typeof CRASH_STEPS)[number];

/** Ends the process when it has reached the step that this run was told to die at; does nothing otherwise. */
export type CrashPoint = (step: CrashStep) => void;

interface CrashEnv {
  readonly NODE_ENV: string;
  readonly AUDIT_CRASH_AT?: CrashStep | undefined;
}

/** Creates the crash point of a process; armed only under `NODE_ENV=test`. */
export function createCrashPoint(env: CrashEnv): CrashPoint {
  if (env.NODE_ENV !== 'test') return () => undefined;
  return (step) => {
    if (step === env.AUDIT_CRASH_AT) process.kill(process.pid, 'SIGKILL');
  };
}

/**
 * Wraps a store call so that a process told to die `before-commit` dies in the turn of the event loop after its
 * connection was handed out: the statement has been written to the socket then, and no answer was read.
 */
export function crashOnceSent<A extends readonly unknown[], R>(
  pool: { once(event: 'acquire', listener: () => void): unknown },
  env: CrashEnv,
  call: (...args: A) => R,
): (...args: A) => R {
  if (env.AUDIT_CRASH_AT !== 'before-commit') return call;
  const crashPoint = createCrashPoint(env);
  return (...args) => {
    pool.once('acquire', () => setImmediate(() => crashPoint('before-commit')));
    return call(...args);
  };
}
