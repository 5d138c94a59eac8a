import { describe, expect, test } from 'vitest';
import { toExpectedRow } from '../demo/expected-row.ts';
import { compareRow, type Acknowledged } from '../demo/stored-rows.ts';

const ID = '019aa5e2-0000-7abc-8def-0123456789ab';
const ID_TIME = new Date(0x019aa5e20000);
const expected = toExpectedRow({
  event_type: 'log.line',
  event_category: 'info',
  description: 'as it was',
  metadata: { n: 1 },
});
const event: Acknowledged = { name: 'one', id: ID, expected };
const stored = { ...expected, id: ID, created_at: ID_TIME, producer_id: 'p', producer_seq: '1' };

describe('comparing a stored row', () => {
  test('finds nothing in a row that is as the input says', () => {
    expect(compareRow(event, stored)).toEqual([]);
  });

  test('names each column that differs', () => {
    for (const field of Object.keys(expected)) {
      const differences = compareRow(event, { ...stored, [field]: 'something else' });
      expect(differences.map((each) => each.field)).toEqual([field]);
    }
  });

  test('finds a changed value deep in metadata, a wrong time and a missing producer', () => {
    const changed = { ...stored, metadata: { n: 2 }, created_at: new Date(0), producer_id: null };
    expect(compareRow(event, changed).map(({ field }) => field)).toEqual(['metadata', 'created_at', 'producer_seq']);
  });

  test('reports a row that never came', () => {
    expect(compareRow(event, undefined).map(({ field }) => field)).toEqual(['the row']);
  });
});
