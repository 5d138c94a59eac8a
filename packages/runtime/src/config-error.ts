/** One thing that is wrong with the configuration: the variable (or the subject) and what it must be. */
export interface ConfigFault {
  readonly name: string;
  readonly problem: string;
}

/**
 * The process cannot run as configured, and a restart will not help: `runProcess` exits 78 on it.
 * Carries every fault found, never a secret's value.
 */
export class ConfigError extends Error {
  readonly code = 'config';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    super(faults.map((fault) => `${fault.name} ${fault.problem}`).join('; '), options);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
