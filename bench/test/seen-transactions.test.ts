import { expect, test } from 'vitest';
import { SeenTransactions } from '../src/cells/seen-transactions.ts';

test('a transaction is seen at the first look that does not list it as open', () => {
  const seen = new SeenTransactions();
  seen.look('700:700:', 1);
  seen.look('700:703:700,702', 2);
  seen.look('700:703:700', 3);
  seen.look('704:704:', 4);
  expect(seen.toEntries()).toEqual([
    [701, 2],
    [702, 3],
    [700, 4],
    [703, 4],
  ]);
});

test('a transaction that began before the first look is not told', () => {
  const seen = new SeenTransactions();
  seen.look('700:702:700', 1);
  seen.look('702:702:', 2);
  expect(seen.toEntries()).toEqual([]);
});

test('what is no snapshot is refused', () => {
  expect(() => new SeenTransactions().look('none', 1)).toThrow('is no snapshot');
});
