/** Exit codes of every Auditlane process and of the CLI. PM2 restarts on all of them but `config`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, config: 78 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
