import { expect, test } from 'vitest';
import { toEntryAgeMs } from '../src/entry-age.ts';

const MINTED_MS = 0x019ab0c0_1234;
const LINE = '{"v":1,"id":"019ab0c0-1234-7abc-8def-0123456789ab","event_type":"x"';

test('the age is counted from the time inside the id', () => {
  expect(toEntryAgeMs(LINE, MINTED_MS + 1500)).toBe(1500);
});

test('a producer whose clock is ahead gives no negative age', () => {
  expect(toEntryAgeMs(LINE, MINTED_MS - 1500)).toBe(0);
});

test.each([
  '',
  'nonsense',
  '{"id":"019ab0c0-1234-7abc-8def-0123456789ab"}',
  '{"v":1,"id":"4"}',
  LINE.replace('-7abc', '-4abc'),
  ' ' + LINE,
])('an entry that does not open as ours has no age: %s', (start) => {
  expect(toEntryAgeMs(start, MINTED_MS)).toBeNull();
});
