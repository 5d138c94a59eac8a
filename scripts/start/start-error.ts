import { EXIT, type ExitCode } from '@auditlane/runtime';

/** A failure that the person at the terminal can mend: its message states the fact and the remedy, without a stack. */
export class StartError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, options: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StartError';
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}
