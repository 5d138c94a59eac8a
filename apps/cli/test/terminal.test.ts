import { HOSTILE_TEXTS } from '@auditlane/testkit';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CliError } from '../src/command-line/cli-error.ts';
import { confirm } from '../src/terminal/confirm.ts';
import { neutralize, toSafeJson } from '../src/terminal/neutralize.ts';
import { createOutput, type Sink } from '../src/terminal/output.ts';
import { toBytes, toCounted, toDuration } from '../src/terminal/quantities.ts';
import { toStyled } from '../src/terminal/styles.ts';
import { toTable } from '../src/terminal/table.ts';
import { toFitting, toFittingEnd, toWidth } from '../src/terminal/text-width.ts';

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

function makeSink(isTerminal: boolean, columns: number | null = null): Sink & { readonly text: () => string } {
  let text = '';
  return { isTerminal, columns, write: (piece) => void (text += piece), text: () => text };
}

describe('neutralize', () => {
  test.each(Object.entries(HOSTILE_TEXTS))('nothing that a terminal obeys is left of %s', (_, text) => {
    expect(neutralize(text)).not.toMatch(OBEYED);
  });

  test('what was there can still be told', () => {
    expect(neutralize('a\r\n\u001b[2J\u202eb\u009b\t')).toBe(String.raw`a\r\n\x1b[2J\u{202e}b\x9b\t`);
  });

  test('letters of every script and emoji stay as they are', () => {
    const text = 'Grüße, Ελλάδα, 漢字, مرحبا, हिन्दी, 🇩🇪';
    expect(neutralize(text)).toBe(text);
  });

  test('JSON keeps its value and is as harmless, with line breaks between fields only', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const given = { value, [text]: text };
        const written = toSafeJson(given, 2);
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(given)));
        expect(written.replaceAll('\n', '')).not.toMatch(OBEYED);
      }),
    );
  });
});

describe('an output', () => {
  test('colours only on a terminal, and not when NO_COLOR is set', () => {
    const lines = [
      [true, false],
      [false, false],
      [true, true],
    ].map(([isTerminal = false, isColourless = false]) => {
      const stdout = makeSink(isTerminal);
      createOutput({ stdout, stderr: makeSink(false), isJson: false, isColourless }).line(toStyled('bad', 'bad'), ' x');
      return stdout.text();
    });
    expect(lines).toEqual(['\u001b[31mbad\u001b[0m x\n', 'bad x\n', 'bad x\n']);
  });

  test('a styled text cannot end its style or begin another', () => {
    const stdout = makeSink(true);
    const output = createOutput({ stdout, stderr: makeSink(false), isJson: false, isColourless: false });
    output.line(toStyled('a\u001b[0m\u001b[2J', 'good'));
    expect(stdout.text()).toBe('\u001b[32ma\\x1b[0m\\x1b[2J\u001b[0m\n');
  });

  test('in JSON mode lines and tables are silent and notes go to standard error', () => {
    const [stdout, stderr] = [makeSink(false), makeSink(false)];
    const output = createOutput({ stdout, stderr, isJson: true, isColourless: true });
    output.line('x');
    output.table([{ title: 'x' }], [['y']]);
    output.json({ a: 1 });
    output.note('by the way');
    expect(stdout.text()).toBe('{"a":1}\n');
    expect(stderr.text()).toBe('by the way\n');
  });
});

describe('a table', () => {
  const columns = [{ title: 'id' }, { title: 'n', align: 'right' }, { title: 'why', isElastic: true }] as const;

  test('columns stand under each other, whatever their width on the screen', () => {
    const rows = [
      ['a', '1', 'x'],
      ['漢字', '1,000', 'y\nz'],
    ];
    expect(toTable(columns, rows, { isColoured: false, columns: null })).toEqual([
      'id        n  why',
      'a         1  x',
      String.raw`漢字  1,000  y\nz`,
    ]);
  });

  test('only elastic columns give way to a narrow terminal, the widest first', () => {
    const id = '019a5c1e-7d20-7cc3-98c4-dc0c0c07398f';
    const two = [{ title: 'id' }, { title: 'name', isElastic: true }, { title: 'why', isElastic: true }];
    const fitted = toTable(two, [[id, 'n'.repeat(30), 'w'.repeat(200)]], { isColoured: false, columns: 80 });
    expect(fitted[1]).toBe(`${id}  ${'n'.repeat(19)}…  ${'w'.repeat(19)}…`);
    const lines = toTable(columns, [[id, '1', 'w'.repeat(200)]], { isColoured: false, columns: 80 });
    expect(lines[1]).toContain(id);
    expect(lines[1]).toHaveLength(80);
    expect(lines[1]?.endsWith('w…')).toBe(true);
  });

  test('ids are cut to what tells them apart only where they do not fit, and never where nobody looks', () => {
    const ids = ['sha256:0123456789abcdef', 'sha256:0123456780abcdef', '019a5c1e-7d20-7cc3-98c4-dc0c0c07398f'];
    const shown = (width: number | null) =>
      toTable(
        [{ title: 'id', isId: true }, { title: 'n' }],
        ids.map((id) => [id, '1']),
        {
          isColoured: false,
          columns: width,
        },
      )
        .slice(1)
        .map((line) => line.split(' ')[0]);
    expect(shown(30)).toEqual(['sha256:0123456789', 'sha256:0123456780', '019a5c1e']);
    expect(shown(80)).toEqual(ids);
    expect(shown(null)).toEqual(ids);
  });

  test('what is expendable is left out before the rest becomes unreadable', () => {
    const columns = [{ title: 'n', isExpendable: true }, { title: 'id' }, { title: 'why', isElastic: true }];
    const shown = (width: number) =>
      toTable(columns, [['1', 'abc', 'w'.repeat(50)]], { isColoured: false, columns: width });
    expect(shown(20)).toEqual(['n  id   why', `1  abc  ${'w'.repeat(11)}…`]);
    expect(shown(19)).toEqual(['id   why', `abc  ${'w'.repeat(13)}…`]);
  });

  test('of a name that is cut the end is left where that is what tells names apart', () => {
    const columns = [{ title: 'worker', isElastic: true, keepsEnd: true }];
    expect(toTable(columns, [['container-1-3b3622']], { isColoured: false, columns: 9 })[1]).toBe('…1-3b3622');
  });

  test('a letter with hundreds of marks does not paint over its neighbours', () => {
    expect(toFitting(HOSTILE_TEXTS.combining, 10).length).toBeLessThan(20);
  });

  test('a fitting text is never wider than asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(toWidth(toFitting(neutralize(text), width))).toBeLessThanOrEqual(width);
        expect(toWidth(toFittingEnd(neutralize(text), width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [86_400_000 * 3 + 5000, '3 d'],
  [-5, '0 ms'],
])('%i ms is shown as %s', (ms, shown) => {
  expect(toDuration(ms)).toBe(shown);
});

test('counts and sizes are shown as people say them', () => {
  expect([toCounted(1, 'entry', 'entries'), toCounted(12_000, 'entry', 'entries')]).toEqual([
    '1 entry',
    '12,000 entries',
  ]);
  expect([toBytes(512), toBytes(1434), toBytes(64 * 1_048_576)]).toEqual(['512 B', '1.4 KiB', '64 MiB']);
});

describe('a dangerous command', () => {
  const asking = (answer: string) => ({ ask: async () => answer });

  test.each(['y', 'YES', ' yes '])('goes on when the person answers %j', async (answer) => {
    await expect(confirm(asking(answer), 'Sure?', false)).resolves.toBeUndefined();
  });

  test.each(['', 'n', 'yep', 'y y'])('changes nothing when the person answers %j', async (answer) => {
    await expect(confirm(asking(answer), 'Sure?', false)).rejects.toMatchObject({ exitCode: 1 });
  });

  test('needs --yes where nobody can be asked', async () => {
    const refused = confirm({ ask: null }, 'Sure?', false);
    await expect(refused).rejects.toBeInstanceOf(CliError);
    await expect(refused).rejects.toMatchObject({ exitCode: 2 });
    await expect(confirm({ ask: null }, 'Sure?', true)).resolves.toBeUndefined();
  });
});
