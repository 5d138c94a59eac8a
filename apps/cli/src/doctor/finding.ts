/** `warn`: it works, and a person should know; `fail`: events are in danger or wait, a person must act. */
export type Level = 'ok' | 'warn' | 'fail';

/** What one check found. */
export interface Finding {
  /** Which check, two or three words. */
  readonly check: string;
  readonly level: Level;
  /** The fact, and unless all is well what to do about it. */
  readonly message: string;
}

export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message };
}

export function warn(check: string, message: string): Finding {
  return { check, level: 'warn', message };
}

export function fail(check: string, message: string): Finding {
  return { check, level: 'fail', message };
}
