import { namesReadBy } from '@auditlane/runtime';
import { describe, expect, test } from 'vitest';
import { toHelp } from '../src/command-line/help.ts';
import { parseArguments } from '../src/command-line/parse-arguments.ts';
import { futureTime, pastTime } from '../src/command-line/value-kinds.ts';
import { COMMANDS } from '../src/commands.ts';
import { cliEnvSchema } from '../src/env.ts';
import { toChange } from '../src/history/change.ts';
import { toShellWord } from '../src/history/shell-word.ts';
import { toAdminUrl } from '../src/servers/admin-url.ts';

function faultOf(...args: readonly string[]): string {
  try {
    parseArguments(COMMANDS, args);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'no fault';
}

describe('the command line', () => {
  test('a command gets its arguments and options by name', () => {
    const request = parseArguments(COMMANDS, ['history', 'api_key', 'key 7', '--limit', '5', '--json']);
    expect(request).toMatchObject({
      kind: 'run',
      isJson: true,
      input: { resource_type: 'api_key', resource_id: 'key 7', limit: '5' },
    });
  });

  test('an argument that begins with a dash comes after --', () => {
    expect(parseArguments(COMMANDS, ['history', 'api_key', '--', '--7'])).toMatchObject({
      input: { resource_id: '--7' },
    });
  });

  test.each([
    [[], []],
    [['--help'], []],
    [['help'], []],
    [['keys', '--help'], ['keys']],
    [['help', 'keys'], ['keys']],
    [
      ['keys', 'create', '-h'],
      ['keys', 'create'],
    ],
    [
      ['help', 'keys', 'create'],
      ['keys', 'create'],
    ],
  ])('%j asks for help of %j', (args, path) => {
    expect(parseArguments(COMMANDS, args)).toEqual({ kind: 'help', path });
  });

  test.each([
    [['statsu'], 'did you mean "status"?'],
    [['keys'], '"auditlane keys" needs one of: list, create, revoke'],
    [['keys', 'lst'], 'did you mean "list"?'],
    [['keys', 'lst', '--help'], 'did you mean "list"?'],
    [['status', '--jso'], 'there is no option --jso, did you mean --json?'],
    [['status', 'now'], '"now" is one argument too many'],
    [['history', 'api_key'], '<resource_id> is missing'],
    [['history', 'a', 'b', '--limit'], '--limit needs a value'],
    [['migrate', '--check=1'], '--check takes no value'],
    [['--json'], '"auditlane" needs one of'],
  ])('%j is refused with the remedy', (args, message) => {
    expect(faultOf(...args)).toContain(message);
  });

  test('help at each level names what can be typed, in lines that fit a terminal', () => {
    const levels = [[], ...COMMANDS.map(({ path }) => path), ...COMMANDS.map(({ path }) => path.slice(0, 1))];
    for (const path of levels) {
      for (const columns of [80, 100, 300, null]) {
        const lines = toHelp(COMMANDS, path, columns);
        expect(lines.join('\n')).toContain('--json');
        // Examples are to be copied, and not broken.
        const wrapped = lines.filter((line) => !line.startsWith('  npx '));
        expect(Math.max(...wrapped.map((line) => line.length))).toBeLessThanOrEqual(Math.min(100, columns ?? 100));
      }
    }
    const all = toHelp(COMMANDS, []).join('\n');
    for (const { path } of COMMANDS) expect(all).toContain(path.join(' '));
  });

  test('each command is named once', () => {
    const names = COMMANDS.map(({ path }) => path.join(' '));
    expect(new Set(names).size).toBe(names.length);
  });
});

test('the settings that the documentation says the command line reads are those that it reads', () => {
  expect(Object.keys(cliEnvSchema.shape).toSorted()).toEqual(namesReadBy('cli').toSorted());
});

describe('a time to come, and one gone by', () => {
  const now = new Date('2026-11-21T10:00:00Z');
  test.each([
    ['12h', '2026-11-21T22:00:00.000Z'],
    ['30d', '2026-12-21T10:00:00.000Z'],
    ['1y', '2027-11-21T10:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:30Z', '2027-01-31T12:30:00.000Z'],
  ])('%s is %s', (typed, time) => {
    expect(futureTime().parse(typed)(now).toISOString()).toBe(time);
  });

  test('a span of a time gone by counts backwards', () => {
    expect(pastTime().parse('30d')(now).toISOString()).toBe('2026-10-22T10:00:00.000Z');
    expect(pastTime().parse('2026-11-01')(now).toISOString()).toBe('2026-11-01T00:00:00.000Z');
    expect(pastTime().safeParse('yesterday').success).toBe(false);
  });

  test.each(['', 'soon', '30', '-1d', '2027-02-31', '31.1.2027', '2027-01-31T12:30', '999999d'])(
    '%j is refused',
    (typed) => {
      expect(futureTime().safeParse(typed).success).toBe(false);
    },
  );
});

test.each([
  ['postgres://u:p@h/x?options=-c%20role%3Daudit_writer', 'postgres://u:p@h/x'],
  ['postgres://u@h/x?options=-c+role%3Daudit_reader&sslmode=require', 'postgres://u@h/x?sslmode=require'],
  [
    'postgres://h/x?options=-c%20search_path%3Da%20-c%20role%3Daudit_writer',
    'postgres://h/x?options=-c%20search_path%3Da',
  ],
  ['postgres://h/x', 'postgres://h/x'],
])('the rights of the login are used for %s', (given, used) => {
  expect(toAdminUrl(given)).toBe(used);
});

test('metadata of any shape is shown, before and after apart', () => {
  expect(toChange({ after: 1, note: 'x', before: { a: [] } })).toEqual({
    before: '{"a":[]}',
    after: '1',
    rest: [['note', 'x']],
  });
  expect(toChange(null)).toEqual({ before: null, after: null, rest: [] });
  expect(toChange(['x']).rest).toEqual([['metadata', '["x"]']]);
  expect(toChange(JSON.parse('{"__proto__":{"before":1}}'))).toEqual({
    before: null,
    after: null,
    rest: [['__proto__', '{"before":1}']],
  });
  expect(toChange({ long: 'x'.repeat(5000) }).rest[0]?.[1]).toMatch(/^x{2000}… \(5000 characters, --json has all\)$/u);
});

test('a word of a command to repeat is quoted for the shell', () => {
  expect(['key_7', 'a b', "it's", '$(id)', '-x'].map(toShellWord)).toEqual([
    'key_7',
    "'a b'",
    String.raw`'it'\''s'`,
    "'$(id)'",
    "'-x'",
  ]);
});
