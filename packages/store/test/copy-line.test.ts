import { buildRow } from '@auditlane/testkit';
import { expect, it } from 'vitest';

import { toCopyLine } from '../src/index.ts';
import { COPY_COLUMNS } from '../src/storing/copy-line.ts';

it('a line has one field for each column, in their order, and ends in a newline', () => {
  const row = buildRow({ description: 'a\tb', metadata: '{"a":"x\\ny"}', user_id: null, producer_seq: null });
  const line = toCopyLine(row);
  expect(line.endsWith('\n')).toBe(true);
  const fields = line.slice(0, -1).split('\t');
  expect(fields).toHaveLength(COPY_COLUMNS.length);
  const byColumn = new Map(COPY_COLUMNS.map((column, index) => [column, fields[index]]));
  expect(byColumn.get('id')).toBe(row.id);
  expect(byColumn.get('description')).toBe('a\\tb');
  expect(byColumn.get('metadata')).toBe('{"a":"x\\\\ny"}');
  expect(byColumn.get('user_id')).toBe('\\N');
  expect(byColumn.get('producer_seq')).toBe('\\N');
  expect(byColumn.get('flags')).toBe('0');
});

it('text that looks like null or like the end of the data is only text', () => {
  const line = toCopyLine(buildRow({ description: '\\N', user_id: '\\.', host: '' }));
  expect(line).toContain('\t\\\\N\t');
  expect(line).toContain('\t\\\\.\t');
  expect(line).toContain('\t\t');
});
