import { expect, test } from 'vitest';
import { UnplacedNumbers } from '../../../src/events/processors/unplaced-numbers.ts';
import { buildSecurityEvent } from '../support/build-security-event.ts';

test('numbers are told as sorted ranges, until their events leave', () => {
  const numbers = new UnplacedNumbers();
  expect(numbers.toText()).toBe('');
  const events = [7, 3, 5, 4, 9].map((number) => {
    const event = buildSecurityEvent({});
    numbers.add(event, number);
    return event;
  });
  expect(numbers.toText()).toBe('3-5,7,9');
  const [seven, , five] = events;
  if (seven === undefined || five === undefined) throw new Error('not there');
  expect(numbers.take(seven)).toBe(7);
  expect(numbers.take(seven)).toBeNull();
  numbers.take(five);
  expect(numbers.toText()).toBe('3-4,9');
});

test('ten thousand holes are told in what Redis takes, and nothing that waits is left out', () => {
  const numbers = new UnplacedNumbers();
  const first = 9_007_199_254_000_000;
  for (let n = 0; n < 10_000; n += 1) numbers.add(buildSecurityEvent({}), first + 2 * n);
  const text = numbers.toText();
  expect(text.length).toBeLessThan(32_768);
  expect(text.startsWith(`${first},${first + 2},`)).toBe(true);
  expect(text.endsWith(`-${first + 19_998}`)).toBe(true);
});
