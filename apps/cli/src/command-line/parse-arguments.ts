import { parseArgs } from 'node:util';
import { nearestName } from '@auditlane/runtime';
import { CliError } from './cli-error.ts';
import type { ArgumentSpec, Command, RawInput } from './command.ts';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help'; readonly path: readonly string[] }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly command: Command; readonly input: RawInput; readonly isJson: boolean };

const HELP_WORDS: ReadonlySet<string> = new Set(['--help', '-h']);

/** Finds the command and reads its options. Throws CliError `usage` naming what is wrong and what was perhaps meant. */
export function parseArguments(commands: readonly Command[], typed: readonly string[]): Request {
  // The one option that may stand before the command.
  const args = typed[0] === '--json' ? [...typed.slice(1), '--json'] : typed;
  const [first] = args;
  if (first === '--version' || first === '-V') return { kind: 'version' };
  const words = toWords(args);
  const path = words[0] === 'help' ? words.slice(1) : words;
  const isHelp = words[0] === 'help' || args.some((arg) => HELP_WORDS.has(arg)) || args.length === 0;
  const command = commands.find((known) => known.path.every((word, index) => path[index] === word));
  if (command === undefined) {
    const group = toKnown(commands, path);
    if (isHelp && group.length === path.length) return { kind: 'help', path: group };
    throw toUnknownCommand(commands, { path, group });
  }
  if (isHelp) return { kind: 'help', path: command.path };
  return toRun(command, args.slice(command.path.length));
}

/** The words of what was typed that name a command or a group of them: where the help that is of use is. */
export function toHelpPath(commands: readonly Command[], typed: readonly string[]): readonly string[] {
  const words = toWords(typed[0] === '--json' ? typed.slice(1) : typed);
  return toKnown(commands, words[0] === 'help' ? words.slice(1) : words);
}

/** What stands before the first option. */
function toWords(args: readonly string[]): readonly string[] {
  return args.slice(0, args.findIndex((arg) => arg.startsWith('-')) >>> 0);
}

function toKnown(commands: readonly Command[], path: readonly string[]): readonly string[] {
  return path.filter((_, index) => commands.some((known) => startsWith(known.path, path.slice(0, index + 1))));
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((word, index) => path[index] === word);
}

function toUnknownCommand(
  commands: readonly Command[],
  { path, group }: { readonly path: readonly string[]; readonly group: readonly string[] },
): CliError {
  const next = [
    ...new Set(
      commands.filter((known) => startsWith(known.path, group)).map((known) => known.path[group.length] ?? ''),
    ),
  ];
  const known = ['auditlane', ...group].join(' ');
  const word = path[group.length];
  if (word === undefined) return new CliError('usage', `"${known}" needs one of: ${next.join(', ')}`);
  const nearest = nearestName(word, next);
  const hint = nearest === null ? '' : `, did you mean "${nearest}"?`;
  return new CliError('usage', `"${known}" has no command "${word}"${hint} (${next.join(', ')})`);
}

function toRun(command: Command, args: readonly string[]): Request {
  const { values, positionals } = parseOptions(command, args);
  const { json, ...options } = values;
  const input = { ...options, ...toArguments(command.arguments, positionals) };
  return { kind: 'run', command, input, isJson: json === true };
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

function parseOptions(command: Command, args: readonly string[]): Parsed {
  const specs = Object.entries(command.options).map(([name, { value }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [name, { type }] as const;
  });
  const options = { ...Object.fromEntries(specs), json: { type: 'boolean' as const } };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    throw toUsageError(error, Object.keys(options));
  }
}

function toUsageError(error: unknown, names: readonly string[]): CliError {
  if (!(error instanceof Error)) return new CliError('usage', String(error));
  const code = 'code' in error ? error.code : null;
  const option = /'(?:-\w, )?(--?[^' ]*)/u.exec(error.message)?.[1] ?? 'an option';
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION': {
      const nearest = nearestName(option.replace(/^-+/u, ''), names);
      const hint = nearest === null ? '' : `, did you mean --${nearest}?`;
      return new CliError('usage', `there is no option ${option}${hint}`, { cause: error });
    }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const fact = error.message.includes('does not take') ? 'takes no value' : 'needs a value';
      return new CliError('usage', `${option} ${fact}`, { cause: error });
    }
    default:
      return new CliError('usage', error.message, { cause: error });
  }
}

function toArguments(specs: readonly ArgumentSpec[], given: readonly string[]): RawInput {
  const input: Record<string, string | readonly string[]> = {};
  let rest = [...given];
  for (const { name, isOptional = false, isMany = false } of specs) {
    if (rest.length === 0) {
      if (isOptional) continue;
      throw new CliError('usage', `<${name}> is missing`);
    }
    input[name] = isMany ? rest : (rest[0] ?? '');
    rest = isMany ? [] : rest.slice(1);
  }
  if (rest.length > 0) throw new CliError('usage', `"${rest[0] ?? ''}" is one argument too many`);
  return input;
}
