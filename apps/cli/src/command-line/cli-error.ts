import { EXIT, type ExitCode } from '@auditlane/runtime';

/** Why a command did not do what was asked. `usage`: the command line is wrong; `config`: the settings are. */
export type CliErrorCode = 'failed' | 'usage' | 'config' | 'unreachable' | 'denied';

const EXIT_CODES: Readonly<Record<CliErrorCode, ExitCode>> = {
  failed: EXIT.failed,
  usage: EXIT.usage,
  config: EXIT.config,
  unreachable: EXIT.failed,
  denied: EXIT.failed,
};

/** The one error of the command line: the fact and what to do about it, for the person who typed. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly exitCode: ExitCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exitCode = EXIT_CODES[code];
  }
}
