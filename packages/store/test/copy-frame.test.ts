import { buildRow } from '@auditlane/testkit';
import { expect, it } from 'vitest';
import { toCopyFrame } from '../src/storing/copy-frame.ts';
import { toCopyLine } from '../src/storing/copy-line.ts';

it('a frame is one CopyData message and CopyDone, measured in bytes', () => {
  const row = buildRow({ description: 'ä' });
  const line = Buffer.from(toCopyLine(row));
  const frame = toCopyFrame([row, row], Buffer.alloc);
  expect(frame[0]).toBe(0x64);
  expect(frame.readUInt32BE(1)).toBe(4 + 2 * line.length);
  expect(frame.subarray(5, -5)).toEqual(Buffer.concat([line, line]));
  expect([...frame.subarray(-5)]).toEqual([0x63, 0, 0, 0, 4]);
});
