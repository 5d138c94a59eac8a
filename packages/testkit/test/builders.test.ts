import fc from 'fast-check';
import { expect, test } from 'vitest';

import { arbitraryEvent } from '../src/events/arbitrary-event.ts';
import { buildEvent, buildRow, HOSTILE_ENTRIES, HOSTILE_INPUTS, uuidAt } from '../src/index.ts';

test('two built events and two built rows can be told apart', () => {
  expect(buildEvent().resource_id).not.toBe(buildEvent().resource_id);
  expect(buildRow().id).not.toBe(buildRow().id);
});

test('an override replaces what the builder would have written', () => {
  expect(buildEvent({ event_category: 'critical' })).toMatchObject({
    event_category: 'critical',
    event_type: 'api_key_created',
  });
  expect(buildRow({ user_id: null }).user_id).toBeNull();
});

test('an id made for a time is a UUIDv7 that carries this time', () => {
  const id = uuidAt(1_795_258_015_123);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(1_795_258_015_123);
});

test('generated events have the two required fields in their closed forms', () => {
  fc.assert(
    fc.property(arbitraryEvent(), (event) => {
      expect(event.event_type).toMatch(/^[A-Za-z0-9_.:-]{1,255}$/);
      expect(['critical', 'warning', 'info']).toContain(event.event_category);
    }),
  );
});

test('every hostile input has a name of its own, and each row that is about one input has some', () => {
  const names = HOSTILE_INPUTS.map(({ row, name }) => `${row} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  const rows = new Set(HOSTILE_INPUTS.map(({ row }) => row));
  expect(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 24].filter((row) => !rows.has(row)),
  ).toEqual([]);
});

test('no two hostile entries are the same bytes', () => {
  const raws = HOSTILE_ENTRIES.map(({ raw }) => raw.toString('base64'));
  expect(new Set(raws).size).toBe(raws.length);
});
