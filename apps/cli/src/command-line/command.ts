import type { ExitCode } from '@auditlane/runtime';
import type * as z from 'zod';
import type { CommandContext } from '../context.ts';

/** An option `--name`. Its value, if it takes one, is text: the command's schema says what it means. */
export interface OptionSpec {
  /** One line of help; says unit and default. */
  readonly description: string;
  /** What the value is called in help, such as `n`; absent for a switch. */
  readonly value?: string;
}

/** An argument that is not an option. */
export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  /** It takes all that follow. Default false. */
  readonly isMany?: boolean;
}

/** What a person can ask for. */
export interface Command {
  /** The words that name it: `['failed', 'list']`. */
  readonly path: readonly string[];
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More about it, one paragraph each; shown by `--help`. */
  readonly details: readonly string[];
  readonly arguments: readonly ArgumentSpec[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  /** Throws a UsageError-coded CliError when the input does not fit; resolves with the exit code. */
  run(context: CommandContext, input: RawInput): Promise<ExitCode>;
}

/** What was typed, by the names of options and arguments. */
export type RawInput = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface CommandDefinition<S extends z.ZodType> {
  readonly path: readonly string[];
  readonly summary: string;
  readonly details?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly examples?: readonly string[];
  /** Of `RawInput`: what each option and argument must be, in words that follow its name. */
  readonly input: S;
  /** Resolves with the exit code. */
  readonly run: (context: CommandContext, input: z.output<S>) => Promise<ExitCode>;
}
