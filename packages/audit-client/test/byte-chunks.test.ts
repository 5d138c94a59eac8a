import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteChunks, type StoredBytes } from '../src/ring/byte-chunks.ts';

test('whatever is added and removed, what is still there has its own bytes', () => {
  const step = fc.record({
    size: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 300_000, max: 1_200_000 })),
    removed: fc.option(fc.nat(20), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const chunks = new ByteChunks();
      const there: { readonly stored: StoredBytes; readonly bytes: Buffer }[] = [];
      for (const [index, { size, removed }] of steps.entries()) {
        const bytes = Buffer.alloc(size, index + 1);
        there.push({ stored: chunks.add(bytes), bytes });
        const gone = removed === null ? [] : there.splice(removed % there.length, 1);
        for (const { stored } of gone) chunks.remove(stored);
      }
      for (const { stored, bytes } of there) expect(chunks.read(stored).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('the memory of what was removed is used again', () => {
  const chunks = new ByteChunks();
  const memory = new Set<ArrayBufferLike>();
  const kept: StoredBytes[] = [];
  for (let index = 0; index < 1000; index += 1) {
    const stored = chunks.add(Buffer.alloc(30_000));
    memory.add(chunks.read(stored).buffer);
    kept.push(stored);
    if (kept.length > 20) kept.splice(0, 1).forEach((oldest) => chunks.remove(oldest));
  }
  // 21 places of 30,000 bytes, 34 to a chunk, and one chunk more while the oldest of them is still half full.
  expect(memory.size).toBeLessThanOrEqual(4);
});

test('little memory stays unused between pushes as a busy client makes them', () => {
  const chunks = new ByteChunks();
  const memory = new Map<ArrayBufferLike, number>();
  let kept = 0;
  for (const push = Buffer.alloc(256 * 530); kept < 16_000_000; kept += push.length) {
    const { buffer } = chunks.read(chunks.add(push));
    memory.set(buffer, buffer.byteLength);
  }
  const taken = [...memory.values()].reduce((sum, bytes) => sum + bytes, 0);
  expect(taken).toBeLessThan(1.2 * kept);
});
