import { parseArgs } from 'node:util';

/** What the command line of `npm run test:load` asks for. */
export type LoadOptions =
  | { readonly kind: 'run'; readonly scale: number; readonly margin: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string };

export const LOAD_HELP = `usage: npm run test:load -- [options]

Puts load on the whole pipeline for some minutes, on private servers, and says pass or fail for each figure.

  --scale <x>   share of the amount of work of npm run bench; 0.001 to 1, default 0.1
  --margin <x>  by how much a figure may be missed on a busy machine; 1 to 10, default 2:
                half as good passes. What must be zero (lost, dropped) has no margin
  --help        print this
`;

const FLAGS = {
  scale: { type: 'string', default: '0.1' },
  margin: { type: 'string', default: '2' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isWithin(text: string, least: number, most: number): boolean {
  return text.trim() !== '' && Number(text) >= least && Number(text) <= most;
}

/** Reads the arguments after the program's name. */
export function parseLoadOptions(args: readonly string[]): LoadOptions {
  const values = readFlags(args);
  if (typeof values === 'string') return { kind: 'invalid', message: values };
  if (values.help) return { kind: 'help' };
  if (!isWithin(values.scale, 0.001, 1)) {
    return { kind: 'invalid', message: `--scale takes a number from 0.001 to 1, not "${values.scale}"` };
  }
  if (!isWithin(values.margin, 1, 10)) {
    return { kind: 'invalid', message: `--margin takes a number from 1 to 10, not "${values.margin}"` };
  }
  return { kind: 'run', scale: Number(values.scale), margin: Number(values.margin) };
}
