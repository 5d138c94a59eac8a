import { parseArgs } from 'node:util';
import { readSeed } from '@auditlane/testkit/harness';
import { PROFILES, type Profile } from './scenario.ts';

/** What `npm run chaos` was asked for. */
export interface ChaosOptions {
  /** Ids of scenarios, or letters of classes; null means all. */
  readonly only: readonly string[] | null;
  readonly profiles: readonly Profile[];
  readonly hasSingles: boolean;
  readonly hasPairs: boolean;
  /** Minutes of nemesis; 0 means none. */
  readonly minutes: number;
  readonly rate: number;
  readonly leastRate: number;
  /** Events of the large backlog (O1). Default 300000; a million takes some minutes under each profile. */
  readonly backlog: number;
  readonly seed: number;
  /** Scenarios at a time. */
  readonly jobs: number;
  /** Prints the ids and ends. */
  readonly isListing: boolean;
  /** Prints the usage and ends. */
  readonly isHelp: boolean;
}

/** A fault of the command line; the message says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE =
  'usage: npm run chaos -- [--only W3,R6,N] [--pairs] [--minutes n] [--profile durable|strict|both] [--seed n] [--jobs n] [--rate n] [--least-rate n] [--backlog n] [--list] [--help]';

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new UsageError(`--${name} must be a number, not "${text}"; ${USAGE}`);
  return value;
}

function toProfiles(text: string): readonly Profile[] {
  const profile = PROFILES.find((known) => known === text);
  if (text !== 'both' && profile === undefined) {
    throw new UsageError(`--profile must be durable, strict or both, not "${text}"; ${USAGE}`);
  }
  return profile === undefined ? PROFILES : [profile];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        pairs: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '0' },
        rate: { type: 'string', default: '2600' },
        'least-rate': { type: 'string', default: '2000' },
        backlog: { type: 'string', default: '300000' },
        profile: { type: 'string', default: 'both' },
        seed: { type: 'string' },
        jobs: { type: 'string', default: '2' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

/**
 * Reads the command line. Without options every single fault is made, under both profiles; `--pairs` and `--minutes`
 * each replace that by what they name. `SEED` in the environment counts as `--seed`. Throws a UsageError.
 */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): ChaosOptions {
  const values = parse(args);
  const minutes = toNumber('minutes', values.minutes);
  try {
    return {
      only: values.only === undefined ? null : values.only.split(',').filter((id) => id !== ''),
      profiles: toProfiles(values.profile),
      hasSingles: !values.pairs && minutes === 0,
      hasPairs: values.pairs,
      minutes,
      rate: toNumber('rate', values.rate),
      leastRate: toNumber('least-rate', values['least-rate']),
      backlog: Math.max(1000, Math.round(toNumber('backlog', values.backlog))),
      seed: readSeed(values.seed ?? env['SEED']),
      jobs: Math.max(1, toNumber('jobs', values.jobs)),
      isListing: values.list,
      isHelp: values.help,
    };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${error.message}; ${USAGE}`);
    throw error;
  }
}
