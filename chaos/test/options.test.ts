import { expect, test } from 'vitest';

import { readOptions, UsageError } from '../src/options.ts';

test('without options every single fault is made under both profiles, with a seed of its own', () => {
  const first = readOptions([], {});
  expect(first).toMatchObject({
    only: null,
    profiles: ['durable', 'strict'],
    hasSingles: true,
    hasPairs: false,
    minutes: 0,
  });
  expect(readOptions([], {}).seed).not.toBe(first.seed);
});

test('pairs and minutes stand in the place of the single faults', () => {
  expect(readOptions(['--pairs'], {})).toMatchObject({ hasPairs: true, hasSingles: false });
  expect(readOptions(['--minutes', '2'], {})).toMatchObject({ minutes: 2, hasSingles: false });
});

test('a seed comes from the option, else from SEED', () => {
  expect(readOptions(['--seed', '7'], { SEED: '8' }).seed).toBe(7);
  expect(readOptions([], { SEED: '8' }).seed).toBe(8);
});

test('help is an option and no fault', () => {
  for (const word of ['--help', '-h']) expect(readOptions([word], {})).toMatchObject({ isHelp: true });
});

test('what cannot be meant is refused with the usage', () => {
  for (const args of [['--seed', 'x'], ['--profile', 'loose'], ['--minutes', 'many'], ['--unknown'], ['word']]) {
    expect(() => readOptions(args, {})).toThrow(UsageError);
  }
});
