import { execFile, type ExecFileOptions } from 'node:child_process';

import { diesWithParent } from './server/parent-death.ts';

/** How a short command ended; `lastLine` is the last line it wrote to stderr, else to stdout. */
export interface CommandResult {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly lastLine: string;
}

function lastLineOf(...texts: readonly string[]): string {
  for (const text of texts) {
    const line = text.trimEnd().split('\n').at(-1) ?? '';
    if (line !== '') return line;
  }
  return '';
}

/**
 * Runs a command to its end, feeding it `input`. Never rejects: a command that cannot be run is a failed one.
 * It dies with this process, so that a later start never meets a leftover that still writes.
 */
export async function runCommand(
  command: readonly string[],
  options: ExecFileOptions & { readonly input?: string } = {},
): Promise<CommandResult> {
  const [program = '', ...args] = [...diesWithParent('KILL'), ...command];
  const { input, ...rest } = options;
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...rest, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ isOk: error === null, stdout, lastLine: lastLineOf(stderr, stdout, error?.message ?? '') });
    });
    // A command that never reads its input may end first: its exit status tells the story, not the broken pipe.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
