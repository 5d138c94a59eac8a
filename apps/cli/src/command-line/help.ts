import type { ArgumentSpec, Command } from './command.ts';

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
const NARROWEST = 20;
const JSON_OPTION = ['--json', 'The answer as JSON on standard output.'] as const;
const SERVERS = 'Servers: REDIS_URL and DATABASE_URL; without them, those of the npm start that runs in this checkout.';
const HELP_OPTION = ['-h, --help', 'This text.'] as const;

/** Help at one level: all commands, those of a group, or one. `columns` of the terminal; null where there is none. */
export function toHelp(
  commands: readonly Command[],
  path: readonly string[],
  columns: number | null = null,
): readonly string[] {
  const width = Math.min(WIDEST, columns ?? WIDEST);
  const command = commands.find((known) => known.path.join(' ') === path.join(' '));
  return command === undefined ? toGroupHelp(commands, path, width) : toCommandHelp(command, width);
}

function toGroupHelp(commands: readonly Command[], path: readonly string[], width: number): readonly string[] {
  const inside = commands.filter((known) => path.every((word, index) => known.path[index] === word));
  const rows = inside.map((known) => [toUsage(known), known.summary] as const);
  const name = ['npx auditlane', ...path].join(' ');
  return [
    ...(path.length === 0 ? ['What an operator asks, checks and changes in Auditlane.', ''] : []),
    `Usage: ${name} <command> [options]`,
    '',
    ...toPairs(
      rows.map(([usage, summary]) => [usage.slice(path.join(' ').length).trim(), summary]),
      width,
    ),
    '',
    ...wrap(`${name} <command> --help tells more about one. Each takes --json.`, width),
    ...(path.length > 0
      ? []
      : [
          '',
          ...wrap(SERVERS, width),
          ...wrap('Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration.', width),
        ]),
  ];
}

function toCommandHelp(command: Command, width: number): readonly string[] {
  const { details, options, examples } = command;
  const positional = command.arguments.map(({ name, description }) => [`<${name}>`, description] as const);
  const named = Object.entries(options).map(
    ([name, { value, description }]) =>
      [value === undefined ? `--${name}` : `--${name} <${value}>`, description] as const,
  );
  return [
    ...wrap(command.summary, width),
    '',
    ...wrap(`Usage: npx auditlane ${toUsage(command)} [options]`, width),
    ...details.flatMap((paragraph) => ['', ...wrap(paragraph, width)]),
    '',
    ...toPairs([...positional, ...named, JSON_OPTION, HELP_OPTION], width),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((example) => `  npx auditlane ${example}`)]),
  ];
}

function toUsage(command: Command): string {
  return [...command.path, ...command.arguments.map(toArgument)].join(' ');
}

function toArgument({ name, isOptional = false, isMany = false }: ArgumentSpec): string {
  const shown = isMany ? `<${name}>...` : `<${name}>`;
  return isOptional ? `[${shown}]` : shown;
}

function toPairs(pairs: readonly (readonly [string, string])[], width: number): readonly string[] {
  const indent = Math.max(...pairs.map(([left]) => left.length)) + 2;
  const rest = Math.max(NARROWEST, width - indent - 2);
  return pairs.flatMap(([left, right]) =>
    wrap(right, rest).map((line, index) => `  ${(index === 0 ? left : '').padEnd(indent)}${line}`),
  );
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
