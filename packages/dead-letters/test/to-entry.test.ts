import { decodeEntry, isUuidV7 } from '@auditlane/schema';
import { describe, expect, test } from 'vitest';
import { readLetter } from '../src/letter.ts';
import { toEntry, toEventId } from '../src/to-entry.ts';
import { toEditedEntry } from '../src/edit-letter.ts';
import { ANN, buildLetter } from './support/letters.ts';

const read = (...build: Parameters<typeof buildLetter>) => readLetter(Buffer.from(buildLetter(...build).line), 'list');
const AT = new Date('2026-11-21T00:00:00.000Z');

describe('the entry of a redrive', () => {
  test('is the entry that was parked, byte for byte', () => {
    const raw = '{"v":1,"id":"x", "n" : 12345678901234567890}';
    expect(toEntry(read(1, { raw }))).toMatchObject({ kind: 'entry', entry: Buffer.from(raw) });
  });

  test.each([
    ['{"event_type":"a.b","event_category":"info","n":1}'],
    ['{"event_type":"a.b","event_category":"info","id":null}  \n'],
    ['{"id":"","event_type":"a.b","event_category":"info","big":12345678901234567890}'],
  ])('an entry without an id gets one, the same each time: %s', (raw) => {
    const letter = read(1, { raw, id: null, reason: 'missing_id' });
    const [first, second] = [toEntry(letter), toEntry(letter)];
    expect(second).toEqual(first);
    if (first.kind !== 'entry') throw new Error(first.kind);
    expect(isUuidV7(first.entryId)).toBe(true);
    expect(toEventId(letter)).toBe(first.entryId);
    expect(decodeEntry(first.entry)).toMatchObject({ kind: 'event', row: { id: first.entryId } });
    if (raw.includes('big')) expect(first.entry.toString()).toContain('12345678901234567890');
  });

  test('two entries without an id get two ids', () => {
    const ids = ['{"a":1}', '{"a":2}'].map((raw) => toEventId(read(1, { raw, id: null, reason: 'missing_id' })));
    expect(new Set(ids).size).toBe(2);
  });

  test.each([
    ['undecodable text', 'hello', 'entry'],
    ['an id that is none', '{"id":"7"}', 'entry'],
    ['bytes', Buffer.from([0xff, 0x00]), 'entry'],
    ['more than a megabyte', `{"x":"${'y'.repeat(1_100_000)}"}`, 'truncated'],
  ])('%s', (_name, raw, kind) => {
    const letter = read(1, { raw, id: null, reason: 'undecodable' });
    const redrivable = toEntry(letter);
    expect(redrivable.kind).toBe(kind);
    if (redrivable.kind === 'entry') expect(redrivable.entry).toEqual(Buffer.from(raw));
    expect(toEventId(letter)).toBeNull();
  });

  test('a line that is no letter cannot be redriven', () => {
    for (const line of ['', 'x', '{}', '[1]', 'null', '{"id":"a","reason":"b"}']) {
      expect(toEntry(readLetter(Buffer.from(line), 'list')).kind).toBe('unreadable');
    }
  });

  test('a reason of a newer release is no fault', () => {
    const line = buildLetter(1).line.replace('invalid_field', 'reason_of_tomorrow');
    expect(toEntry(readLetter(Buffer.from(line), 'list')).kind).toBe('entry');
  });
});

describe('the entry of an edit', () => {
  const GOOD = { event_type: 'a.b', event_category: 'info' };
  const edit = (entry: Readonly<Record<string, unknown>>, letter = read(1, { reason: 'invalid_field' })) =>
    toEditedEntry(letter, entry, { actor: ANN, at: AT });

  test('keeps the id and the mark of the producer, and names its original', () => {
    const letter = read(1, { raw: `{"id":"${buildLetter(1).id}","event_type":7,"producer":"p1","n":9}` });
    const { line, id } = edit({ ...GOOD, metadata: { a: 1 } }, letter);
    const decoded = decodeEntry(line);
    expect(decoded).toMatchObject({
      kind: 'event',
      row: { id: buildLetter(1).id, producer_id: 'p1', producer_seq: 9 },
    });
    expect(id).toBe(buildLetter(1).id);
    expect(JSON.parse(decoded.kind === 'event' ? (decoded.row.metadata ?? '') : '')).toMatchObject({
      a: 1,
      _auditlane: { edited_from: { letter: id, by: 'ann', at: AT.toISOString() } },
    });
  });

  test('an entry without an id becomes the event that a redrive would make', () => {
    const letter = read(1, { raw: '{"a":1}', id: null, reason: 'missing_id' });
    expect(edit(GOOD, letter).id).toBe(toEventId(letter));
  });

  test.each([
    ['no event', {}],
    ['a wrong event_type', { ...GOOD, event_type: 7 }],
    ['metadata that is no object', { ...GOOD, metadata: [1] }],
    ['the id of another event', { ...GOOD, id: buildLetter(2).id }],
    ['a newer version', { ...GOOD, v: 99 }],
    ['more than a worker takes', { ...GOOD, description: 'x'.repeat(1_100_000) }],
  ])('%s is refused', (_name, entry) => {
    expect(() => edit(entry)).toThrow(expect.objectContaining({ code: 'invalid_entry' }));
  });
});
