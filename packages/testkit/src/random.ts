import { randomInt } from 'node:crypto';

/** A stream of random numbers that its seed determines. */
export interface Random {
  readonly seed: number;
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the values; throws a RangeError when there is none. */
  pick<T>(values: readonly T[]): T;
  /** An independent stream of its own: what one part draws does not change what another part sees. */
  fork(name: string): Random;
}

const LARGEST_SEED = 2 ** 32 - 1;

/** A seed nobody chose, for a run that is not a replay. */
export function drawSeed(): number {
  return randomInt(1, LARGEST_SEED);
}

/** Reads `SEED` (or what an option said): a whole number from 1. Absent or empty draws one; anything else throws a RangeError. */
export function readSeed(text: string | undefined): number {
  if (text === undefined || text === '') return drawSeed();
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed < 1 || seed > LARGEST_SEED) {
    throw new RangeError(`SEED must be a whole number from 1 to ${LARGEST_SEED}, not "${text}"`);
  }
  return seed;
}

// FNV-1a: spreads names over the seeds of their streams.
function hash(text: string, start: number): number {
  let value = start;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01_00_01_93);
  return value >>> 0;
}

/** Creates a stream (mulberry32): the same seed gives the same numbers on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    seed,
    next,
    integer,
    chance: (probability) => next() < probability,
    pick<T>(values: readonly T[]): T {
      const index = integer(0, values.length - 1);
      if (values.length === 0 || !(index in values)) throw new RangeError('there is nothing to pick from');
      return values[index] as T;
    },
    fork: (name) => createRandom(hash(name, seed)),
  };
}
