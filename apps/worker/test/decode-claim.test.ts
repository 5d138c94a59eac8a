import { HOSTILE_ENTRIES } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { decodeClaim } from '../src/storing/decode-claim.ts';
import { toSuspect } from '../src/storing/to-suspect.ts';
import { buildEntries } from './fleet.ts';

test('each entry becomes a row, a rejection or a held entry, with its own bytes', () => {
  const [good] = buildEntries(1);
  const [newer] = buildEntries(1, { v: 9 });
  const [first, second, third] = [Buffer.from(good?.line ?? ''), Buffer.from('hello'), Buffer.from(newer?.line ?? '')];
  const { rows, rejected, held } = decodeClaim([first, second, third]);
  expect(rows.map(({ row, raw }) => [row.id, raw])).toEqual([[good?.id, first]]);
  expect(rejected).toMatchObject([{ raw: second, id: null, reason: 'undecodable', sqlstate: null }]);
  expect(held).toEqual([third]);
});

test('whatever the entries are, none is lost and none counted twice', () => {
  const entries = [...HOSTILE_ENTRIES.map(({ raw }) => raw), ...buildEntries(20).map(({ line }) => Buffer.from(line))];
  const { rows, rejected, held } = decodeClaim(entries);
  expect(rows.length + rejected.length + held.length).toBe(entries.length);
  expect(rows.length).toBeGreaterThanOrEqual(20);
});

test('a suspect has the id that our client wrote, and none where the bytes only look so', () => {
  const [entry] = buildEntries(1);
  expect(toSuspect(Buffer.from(entry?.line ?? ''))).toMatchObject({ id: entry?.id, reason: 'crash_suspect' });
  for (const line of [
    '',
    '{}',
    '\u0000',
    `{"id":"${entry?.id}"}`,
    entry?.line.replace(/"id":"...../, '"id":"zzzzz') ?? '',
  ])
    expect(toSuspect(Buffer.from(line)).id).toBeNull();
});
