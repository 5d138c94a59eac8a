import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Options =
  | RunOptions
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'invalid'; readonly message: string };

/** A run: which parts, how often, how much. */
export interface RunOptions {
  readonly kind: 'run';
  readonly parts: readonly string[];
  readonly rounds: number;
  readonly scale: number;
  /** Whether the docs are rewritten with what was measured. */
  readonly hasDocs: boolean;
  /** Whether programs write CPU profiles, which slow them down. */
  readonly isProfiled: boolean;
  /** Results of earlier runs that are read instead of measuring. */
  readonly from: readonly string[];
}

const PROFILE = '--profile';

const FLAGS = {
  parts: { type: 'string' },
  rounds: { type: 'string' },
  scale: { type: 'string' },
  from: { type: 'string', multiple: true },
  short: { type: 'boolean' },
  docs: { type: 'boolean' },
  profile: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const HELP = `usage: npm run bench -- [options]

Measures this project on private servers and prints medians, ranges and ratios.
Without options it runs every part at full size in 3 rounds, which takes hours.

  --short         every part at a tenth of its size, one round: minutes
  --parts <a,b>   only these parts (--list names them)
  --rounds <n>    rounds of each part, interleaved; 1 to 20, default 3
  --scale <x>     share of the published amount of work; 0.001 to 10, default 1
  --docs          put the tables and charts into docs/ as well; at full size only
  --profile       tell where the CPU of the measured programs goes: the ten functions of
                  each that take the most; rates are slower, and not for --docs
  --from <file>   read the results of an earlier run (JSON) instead of measuring;
                  may be given several times, later ones replace earlier ones
  --list          print the parts
  --help          print this
`;

function parseNumber(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : text.trim() === '' ? Number.NaN : Number(text);
}

function invalid(message: string): Options {
  return { kind: 'invalid', message };
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

function findConflict({ docs, profile, from }: Flags, scale: number): string | null {
  if (profile === true && docs === true) return '--profile slows what it measures: its rates are not for --docs';
  if (profile === true && from !== undefined)
    return '--profile needs a run: results that are read with --from have none';
  if (docs === true && from === undefined && scale !== 1) {
    return `--docs publishes what was measured at full size, not at a scale of ${scale}: leave one of them out`;
  }
  return null;
}

function toRun(values: Flags, known: readonly string[]): Options {
  const parts = values.parts?.split(',').map((name) => name.trim()) ?? known;
  const unknown = parts.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    return invalid(`there is no part "${unknown.join('", "')}"; the parts are ${known.join(', ')}`);
  }
  const rounds = parseNumber(values.rounds, values.short === true ? 1 : 3);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) {
    return invalid(`--rounds takes a whole number from 1 to 20, not "${values.rounds ?? ''}"`);
  }
  const scale = parseNumber(values.scale, values.short === true ? 0.1 : 1);
  if (!(scale >= 0.001 && scale <= 10)) {
    return invalid(`--scale takes a number from 0.001 to 10, not "${values.scale ?? ''}"`);
  }
  const conflict = findConflict(values, scale);
  if (conflict !== null) return invalid(conflict);
  // In the order of the registry: what is measured last must not depend on how a list was typed.
  const ordered = known.filter((name) => parts.includes(name));
  const { docs: hasDocs = false, profile: isProfiled = false, from = [] } = values;
  return { kind: 'run', parts: ordered, rounds, scale, hasDocs, isProfiled, from };
}

/** Reads the arguments after the program's name; `known` are the names of all parts. */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const unknown = args.find((arg) => arg.startsWith('-') && !isKnown(arg));
  if (unknown !== undefined) {
    const names = Object.keys(FLAGS).map((name) => `--${name}`);
    return invalid(`there is no option ${unknown}; the options are ${names.join(', ')}`);
  }
  const values = readFlags(args);
  if (typeof values === 'string') return invalid(values);
  if (values.help === true) return { kind: 'help' };
  if (values.list === true) return { kind: 'list' };
  return toRun(values, known);
}

function isKnown(arg: string): boolean {
  return arg === '-h' || Object.hasOwn(FLAGS, arg.replace(/^--/, '').replace(/=.*$/s, ''));
}

function readFlags(args: readonly string[]): Flags | string {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The command line that repeats a run. */
export function toCommand(options: RunOptions, known: readonly string[]): string {
  const parts = options.parts.length === known.length ? [] : [`--parts ${options.parts.join(',')}`];
  const amount = [`--rounds ${options.rounds}`, `--scale ${options.scale}`];
  return ['npm run bench --', ...parts, ...amount, ...(options.isProfiled ? [PROFILE] : [])].join(' ');
}

/** True for the command line of a run whose rates were slowed by profiling. */
export function isProfiledCommand(command: string): boolean {
  return command.split(' ').includes(PROFILE);
}
