import type * as z from 'zod';
import { CliError } from './cli-error.ts';
import type { Command, CommandDefinition } from './command.ts';

/** Makes a command whose input is parsed before it runs; every fault of it is named at once. */
export function defineCommand<S extends z.ZodType>(definition: CommandDefinition<S>): Command {
  const { details = [], options = {}, examples = [], input: schema, run } = definition;
  const positional = definition.arguments ?? [];
  const names = new Set(positional.map(({ name }) => name));
  return {
    path: definition.path,
    summary: definition.summary,
    details,
    arguments: positional,
    options,
    examples,
    run: (context, input) => {
      const parsed = schema.safeParse(input);
      if (parsed.success) return run(context, parsed.data);
      const faults = parsed.error.issues.map(({ path, message }) => {
        const name = String(path[0] ?? '');
        if (name === '') return message;
        return `${names.has(name) ? `<${name}>` : `--${name}`} ${message}`;
      });
      throw new CliError('usage', faults.join('; '));
    },
  };
}
