import { expect, test } from 'vitest';
import { fillBlock } from '../generate/security-events/fill-block.ts';
import { toOptionTable } from '../generate/security-events/option-table.ts';

const SOURCE = `
/** The options. */
export interface Options<Request> {
  /** A size, 1 to 9 | more. Default 3. */
  readonly size?: number | undefined;
  /**
   * Who asks, as {@link Asker}
   * says. Default nobody.
   */
  getUser?(request: Request): string;
}
`;

test('an option has its whole comment in its row', () => {
  expect(toOptionTable(SOURCE, 'Options').split('\n').slice(2)).toEqual([
    '| `size` | A size, 1 to 9 \\| more. Default 3. |',
    '| `getUser` | Who asks, as `Asker` says. Default nobody. |',
  ]);
});

test('an option without a comment, and an interface that is not there, are told', () => {
  expect(() => toOptionTable(SOURCE.replace('/** A size, 1 to 9 | more. Default 3. */', ''), 'Options')).toThrow(
    'Options has an option without a comment',
  );
  expect(() => toOptionTable(SOURCE, 'Other')).toThrow('there is no interface Other');
});

test('a block is filled between its marks, and one that is missing or there twice is told', () => {
  const page = 'a\n<!-- generated x: begin -->\nold\n<!-- generated x: end -->\nb\n';
  const filled = 'a\n<!-- generated x: begin -->\n\nnew\n\n<!-- generated x: end -->\nb\n';
  expect(fillBlock(page, 'x', 'new\n')).toBe(filled);
  expect(fillBlock(filled, 'x', 'new')).toBe(filled);
  expect(() => fillBlock(page, 'y', 'new')).toThrow('the page needs one block "y"');
  expect(() => fillBlock(page + page, 'x', 'new')).toThrow('the page needs one block "x"');
});
