import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from '../../src/transports/pino/split-lines.ts';

function split(pieces: readonly string[], maxCharacters = 100) {
  const lines: string[] = [];
  let lost = 0;
  const write = createLineSplitter({ line: (text) => lines.push(text), tooLong: () => (lost += 1) }, maxCharacters);
  for (const piece of pieces) write(piece);
  return { lines, lost };
}

test('lines come out whole, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/)), fc.array(fc.nat(30), { minLength: 1 }), (lines, cuts) => {
      const text = lines.map((line) => `${line}\n`).join('');
      const pieces: string[] = [];
      for (let at = 0, turn = 0; at < text.length; turn += 1) {
        const size = 1 + (cuts[turn % cuts.length] ?? 0);
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      expect(split(pieces)).toEqual({ lines, lost: 0 });
    }),
  );
});

test('a line that is too long is skipped to its end and counted once', () => {
  const long = 'x'.repeat(101);
  expect(split([`a\n${long}\nb\n`])).toEqual({ lines: ['a', 'b'], lost: 1 });
  expect(split(['a\n', ...long.split(''), ...long.split(''), '\nb\n'])).toEqual({ lines: ['a', 'b'], lost: 1 });
  expect(split([`${'x'.repeat(100)}\n`]).lines).toHaveLength(1);
});
