import { encodeDeadLetter, toDeadLetter } from '@auditlane/schema';
import { expect, test } from 'vitest';
import { glanceAtLetter, toEntryNumber } from '../src/entry-numbers.ts';

const entry = (rest: string) => `{"v":1,"id":"x","event_type":"t"${rest}}`;
const letter = (raw: Buffer | string) =>
  encodeDeadLetter(
    toDeadLetter({
      raw,
      id: null,
      reason: 'invalid_field',
      detail: '',
      attempts: 1,
      firstAt: new Date(0),
      lastAt: new Date(0),
      worker: 'w',
    }),
  );

test.each([
  [',"producer":"ab12","n":7', { producerId: 'ab12', number: 7 }],
  [',"producer":"ab12","n":7,"metadata":{"producer":"x","n":1}', { producerId: 'ab12', number: 7 }],
  ['', null],
  [',"metadata":{"a":{"producer":"x","n":1}}', null],
  [String.raw`,"description":"\"producer\":\"x\",\"n\":1"`, null],
  [String.raw`,"description":"\"producer\":\"x\",\"n\":1","producer":"real","n":2`, { producerId: 'real', number: 2 }],
  [',"producer":"ab12","n":-7', null],
  [',"producer":"ab12","n":7.5', null],
  [`,"producer":"${'p'.repeat(65)}","n":7`, null],
])('of an entry with %s the number is read without being led astray by what a caller wrote', (rest, expected) => {
  expect(toEntryNumber(entry(rest))).toEqual(expected);
});

test('a dead letter has the number of its entry, also when that is no UTF-8', () => {
  const raw = entry(',"producer":"ab12","n":7');
  const expected = { reason: 'invalid_field', number: { producerId: 'ab12', number: 7 }, parkedAt: new Date(0) };
  expect(glanceAtLetter(letter(raw))).toEqual(expected);
  expect(glanceAtLetter(letter(Buffer.concat([Buffer.from(raw), Buffer.from([0xff])])))).toEqual(expected);
  expect(glanceAtLetter(letter('no entry'))).toMatchObject({ reason: 'invalid_field', number: null });
});

test.each(['{"id":', '[]', ''])('a line %j in the list that is no dead letter is unreadable', (line) => {
  expect(glanceAtLetter(line)).toEqual({ reason: 'unreadable', number: null, parkedAt: null });
});
