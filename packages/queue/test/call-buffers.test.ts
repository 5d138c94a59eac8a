import { expect, test } from 'vitest';
import { createCallBuffers } from '../src/call-buffers.ts';

test('memory is used again once it was given back, and not before', () => {
  const buffers = createCallBuffers();
  const first = buffers.take(5000);
  const second = buffers.take(5000);
  expect(second).not.toBe(first);
  buffers.giveBack(first);
  expect(buffers.take(6000)).toBe(first);
  expect(buffers.take(6000)).not.toBe(first);
});

test('memory that is too small for the next call is left, and what is large is not kept', () => {
  const buffers = createCallBuffers();
  buffers.giveBack(buffers.take(100));
  expect(buffers.take(100_000).length).toBeGreaterThanOrEqual(100_000);
  const large = buffers.take(1_000_000);
  buffers.giveBack(large);
  expect(buffers.take(1_000_000)).not.toBe(large);
});
