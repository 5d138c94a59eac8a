import { expect, it } from 'vitest';
import { SpareBuffers } from '../src/storing/spare-buffers.ts';

it('what was given back is lent again where it is large enough', () => {
  const buffers = new SpareBuffers();
  const first = buffers.take(70_000);
  expect(first.length).toBe(70_000);
  buffers.giveBack(first);
  const second = buffers.take(100_000);
  expect(second.length).toBe(100_000);
  expect(second.buffer).toBe(first.buffer);
  expect(buffers.take(100_000).buffer).not.toBe(first.buffer);
});

it('what is not given back is never lent again, and neither is a third or a very large one', () => {
  const buffers = new SpareBuffers();
  const taken = [1, 1, 1, 2_000_000].map((bytes) => buffers.take(bytes));
  for (const view of taken.toReversed()) buffers.giveBack(view);
  const again = [1, 1, 1, 1].map((bytes) => buffers.take(bytes).buffer);
  expect(again.filter((buffer) => taken.some((view) => view.buffer === buffer))).toHaveLength(2);
  expect(new Set(again).size).toBe(4);
});
