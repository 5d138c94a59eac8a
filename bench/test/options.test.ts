import { expect, test } from 'vitest';
import { isProfiledCommand, parseOptions, toCommand } from '../src/options.ts';

const KNOWN = ['limits', 'drain', 'peers'];

function messageOf(...args: readonly string[]): string {
  const options = parseOptions(args, KNOWN);
  return options.kind === 'invalid' ? options.message : `accepted as ${options.kind}`;
}

test('without options every part runs at full size in three rounds', () => {
  expect(parseOptions([], KNOWN)).toEqual({
    kind: 'run',
    parts: KNOWN,
    rounds: 3,
    scale: 1,
    hasDocs: false,
    isProfiled: false,
    from: [],
  });
});

test('the short form is one round at a tenth of the size, unless told otherwise', () => {
  expect(parseOptions(['--short'], KNOWN)).toMatchObject({ rounds: 1, scale: 0.1, parts: KNOWN });
  expect(parseOptions(['--short', '--rounds', '2', '--scale=0.5'], KNOWN)).toMatchObject({ rounds: 2, scale: 0.5 });
});

test('chosen parts run in the order of the registry, each once', () => {
  expect(parseOptions(['--parts', 'peers, limits,peers'], KNOWN)).toMatchObject({ parts: ['limits', 'peers'] });
});

test('results of earlier runs are read in the order given', () => {
  expect(parseOptions(['--from', 'a.json', '--from', 'b.json', '--docs'], KNOWN)).toMatchObject({
    from: ['a.json', 'b.json'],
    hasDocs: true,
  });
});

test('a mistyped part is answered with the parts that exist', () => {
  expect(messageOf('--parts', 'drian,limits')).toBe('there is no part "drian"; the parts are limits, drain, peers');
  expect(messageOf('--parts', '')).toBe('there is no part ""; the parts are limits, drain, peers');
});

test('a mistyped option is answered with the options that exist', () => {
  for (const option of ['--part', '--short-form', '-x', '--Rounds']) {
    expect(messageOf(option)).toMatch(new RegExp(`^there is no option ${option}; the options are --parts, --rounds`));
  }
});

test('an option without its value, a value without its option and a flag with a value are refused', () => {
  expect(messageOf('--rounds')).toContain('--rounds');
  expect(messageOf('drain')).toContain('drain');
  expect(messageOf('--short=yes')).toContain('--short');
});

test.each(['0', '21', '1.5', 'x', ''])('%j is no number of rounds', (rounds) => {
  expect(messageOf('--rounds', rounds)).toContain(`from 1 to 20, not "${rounds}"`);
});

test.each(['0', '11', 'NaN', 'x', ''])('%j is no scale', (scale) => {
  expect(messageOf(`--scale=${scale}`)).toContain(`from 0.001 to 10, not "${scale}"`);
});

test('what was measured at less or more than full size is not put into the docs', () => {
  for (const size of [['--short'], ['--scale', '0.1'], ['--scale', '2']]) {
    expect(messageOf('--docs', ...size)).toContain(
      '--docs publishes what was measured at full size, not at a scale of',
    );
  }
  expect(parseOptions(['--docs', '--short', '--scale', '1'], KNOWN)).toMatchObject({ hasDocs: true, rounds: 1 });
  expect(parseOptions(['--docs', '--short', '--from', 'a.json'], KNOWN)).toMatchObject({ hasDocs: true });
});

test('what was measured while profiling is not put into the docs, now or later', () => {
  expect(messageOf('--profile', '--docs')).toContain('its rates are not for --docs');
  expect(messageOf('--profile', '--from', 'a.json')).toContain('--profile needs a run');
  const options = parseOptions(['--profile', '--parts', 'drain'], KNOWN);
  const command = options.kind === 'run' ? toCommand(options, KNOWN) : options.kind;
  expect(command).toBe('npm run bench -- --parts drain --rounds 3 --scale 1 --profile');
  expect(isProfiledCommand(command)).toBe(true);
  expect(isProfiledCommand('npm run bench -- --parts profile --rounds 3 --scale 1')).toBe(false);
});

test('help and the list of parts come before any run', () => {
  expect(parseOptions(['--help', '--parts', 'none'], KNOWN).kind).toBe('help');
  expect(parseOptions(['-h'], KNOWN).kind).toBe('help');
  expect(parseOptions(['--list'], KNOWN).kind).toBe('list');
});

test('the command that repeats a run leaves out what is the same for all', () => {
  const of = (...args: readonly string[]): string => {
    const options = parseOptions(args, KNOWN);
    return options.kind === 'run' ? toCommand(options, KNOWN) : options.kind;
  };
  expect(of('--short')).toBe('npm run bench -- --rounds 1 --scale 0.1');
  expect(of('--parts', 'drain', '--docs')).toBe('npm run bench -- --parts drain --rounds 3 --scale 1');
});
