import type { TerminalEnv } from './env.ts';
import type { Operator } from './operator/operator.ts';
import type { Servers } from './servers/open-servers.ts';
import type { Asker } from './terminal/confirm.ts';
import type { Output } from './terminal/output.ts';

/** What a command may use. */
export interface CommandContext {
  readonly output: Output;
  readonly asker: Asker;
  /** Settings and connections, read and opened when first asked for: help needs neither. */
  readonly servers: Servers;
  /** What a command opens beside them is closed in reverse order when it ends. */
  readonly stack: AsyncDisposableStack;
  /** Who types. */
  readonly operator: Operator;
  readonly terminal: TerminalEnv;
  /** Of this release. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
