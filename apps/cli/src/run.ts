import { EXIT, type ExitCode } from '@auditlane/runtime';
import { toHelp } from './command-line/help.ts';
import { parseArguments, toHelpPath, type Request } from './command-line/parse-arguments.ts';
import { COMMANDS } from './commands.ts';
import { findOperator } from './operator/operator.ts';
import type { TerminalEnv } from './env.ts';
import { toCliError } from './servers/explain-error.ts';
import { createServers } from './servers/open-servers.ts';
import type { Asker } from './terminal/confirm.ts';
import { toSafeJson } from './terminal/neutralize.ts';
import { createOutput, type Output, type Sink } from './terminal/output.ts';
import { toStyled } from './terminal/styles.ts';

/** What a run is made with. */
export interface RunOptions {
  readonly args: readonly string[];
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly asker: Asker;
  readonly terminal: TerminalEnv;
  readonly version: string;
}

/** Does what the command line asks for and resolves with the exit code. Never rejects: every failure is explained. */
export async function run(options: RunOptions): Promise<ExitCode> {
  const isJson = options.args.includes('--json');
  const output = openOutput(options, isJson);
  try {
    return await answer(parseArguments(COMMANDS, options.args), options);
  } catch (error) {
    const code = explain(error, output, options.stderr);
    if (code === EXIT.usage && !isJson) {
      const words = ['npx auditlane', ...toHelpPath(COMMANDS, options.args), '--help'];
      output.note(toStyled(`${words.join(' ')} tells what can be typed`, 'dim'));
    }
    return code;
  }
}

async function answer(request: Request, options: RunOptions): Promise<ExitCode> {
  switch (request.kind) {
    case 'help':
      // Help is for people, whatever else was asked for.
      for (const line of toHelp(COMMANDS, request.path, options.stdout.columns)) openOutput(options, false).line(line);
      return EXIT.ok;
    case 'version':
      openOutput(options, false).line(`auditlane ${options.version}`);
      return EXIT.ok;
    case 'run': {
      await using stack = new AsyncDisposableStack();
      return await request.command.run(
        {
          output: openOutput(options, request.isJson),
          asker: options.asker,
          servers: createServers(stack),
          stack,
          operator: findOperator(options.terminal.SUDO_USER),
          terminal: options.terminal,
          version: options.version,
          now: Date.now,
        },
        request.input,
      );
    }
  }
}

function openOutput({ stdout, stderr, terminal }: RunOptions, isJson: boolean): Output {
  return createOutput({
    stdout,
    stderr,
    isJson,
    isColourless: terminal.NO_COLOR !== undefined || terminal.TERM === 'dumb',
  });
}

function explain(error: unknown, output: Output, stderr: Sink): ExitCode {
  const known = toCliError(error);
  const code = known?.code ?? 'internal';
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  if (output.isJson) {
    stderr.write(`${toSafeJson({ error: { code, message } })}\n`);
  } else {
    output.note(toStyled('auditlane: ', 'bad'), message);
    if (known === null && error instanceof Error) {
      for (const line of (error.stack ?? '').split('\n').slice(1)) output.note(toStyled(line, 'dim'));
    }
  }
  return known?.exitCode ?? EXIT.failed;
}
