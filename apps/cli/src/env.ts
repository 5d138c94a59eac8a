import { checkBatchSizes, parseEnv, sharedEnv, type EnvSource } from '@auditlane/runtime';
import * as z from 'zod';

/** Everything of Auditlane that the command line reads from the environment; each variable is described in the runtime package. */
export const cliEnvSchema = z.object({
  // Which server is asked is never guessed: the defaults of these two do not count, see servers/settings.ts.
  REDIS_URL: sharedEnv.REDIS_URL,
  REDIS_PASSWORD: sharedEnv.REDIS_PASSWORD,
  DATABASE_URL: sharedEnv.DATABASE_URL,
  DATABASE_SSL: sharedEnv.DATABASE_SSL,
  AUDIT_WRITER_URL: sharedEnv.AUDIT_WRITER_URL,
  AUDIT_DATA_DIR: sharedEnv.AUDIT_DATA_DIR,
  AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY,
  AUDIT_MAX_QUEUE_LENGTH: sharedEnv.AUDIT_MAX_QUEUE_LENGTH,
  AUDIT_MAX_URGENT_LENGTH: sharedEnv.AUDIT_MAX_URGENT_LENGTH,
  AUDIT_MAX_FAILED_LENGTH: sharedEnv.AUDIT_MAX_FAILED_LENGTH,
  AUDIT_SPOOL_DIR: sharedEnv.AUDIT_SPOOL_DIR,
});

export type CliEnv = Readonly<z.output<typeof cliEnvSchema>>;

/** Every variable that any process reads, which `doctor` checks: its own schema above leaves most of them out. */
export const everyEnvSchema = z.object(sharedEnv).superRefine(checkBatchSizes);

/** What the terminal and the login say; never a fault. */
const terminalEnvSchema = z.object({
  /** Any text means: no colours (no-color.org). */
  NO_COLOR: z.string().optional(),
  TERM: z.string().optional(),
  /** Who became somebody else before typing. */
  SUDO_USER: z.string().optional(),
  XDG_STATE_HOME: z.string().optional(),
});

export type TerminalEnv = Readonly<z.output<typeof terminalEnvSchema>>;

export function readTerminalEnv(source?: EnvSource): TerminalEnv {
  return parseEnv(terminalEnvSchema, source);
}
