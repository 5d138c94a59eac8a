import { frameEntries, type PushStream } from '@auditlane/queue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEEP_MS, MemoryRing } from '../src/ring/memory-ring.ts';
import type { RetainedPush } from '../src/ring/retention.ts';

function pushOf(number: number, options: Partial<RetainedPush> = {}): RetainedPush {
  return { stream: 'main', number, lane: 'main', lines: [`${number}`], bytes: 10, acknowledgedAt: 0, ...options };
}

function keep(ring: MemoryRing, { lines, ...push }: RetainedPush): void {
  ring.keep({ ...push, entries: frameEntries(lines) });
}

function numbers(pushes: readonly RetainedPush[]): readonly number[] {
  return pushes.map(({ number }) => number);
}

test('what Redis lost is taken out, oldest first, stream by stream, and only once', () => {
  const ring = new MemoryRing(1000);
  for (const number of [1, 2, 3]) {
    keep(ring, pushOf(number));
    keep(ring, pushOf(number, { stream: 'urgent', lane: 'urgent' }));
  }
  expect(numbers(ring.takeAfter('main', 1))).toEqual([2, 3]);
  expect(ring.takeAfter('main', 1)).toEqual([]);
  expect([ring.events, ring.bytes]).toEqual([4, 40]);
  expect(numbers(ring.takeAfter('urgent', 0))).toEqual([1, 2, 3]);
  expect(numbers(ring.takeAfter('main', 0))).toEqual([1]);
  expect([ring.events, ring.bytes]).toEqual([0, 0]);
});

test('a push is kept for 30 s, and longer while Redis was not seen to be whole', () => {
  const ring = new MemoryRing(1000);
  keep(ring, pushOf(1, { acknowledgedAt: 0 }));
  keep(ring, pushOf(2, { acknowledgedAt: 10 }));
  ring.verified(KEEP_MS);
  expect(ring.events).toBe(2);
  keep(ring, pushOf(3, { acknowledgedAt: 100 * KEEP_MS }));
  expect(ring.events).toBe(3);
  ring.verified(KEEP_MS + 5);
  expect(numbers(ring.takeAfter('main', 0))).toEqual([2, 3]);
});

test('bytes win over seconds, those that are being pushed again included', () => {
  const ring = new MemoryRing(50);
  for (const number of [1, 2, 3, 4, 5, 6]) keep(ring, pushOf(number));
  expect(ring.bytes).toBe(50);
  ring.reserve(25);
  expect(ring.bytes).toBe(20);
  expect(numbers(ring.takeAfter('main', 0))).toEqual([5, 6]);
  ring.reserve(0);
  keep(ring, pushOf(7, { bytes: 51 }));
  expect([ring.events, ring.bytes]).toEqual([0, 0]);
});

test('whatever comes, the ring holds the newest pushes that fit, and its figures are those of what it holds', () => {
  const push = fc.record({
    stream: fc.constantFrom<PushStream>('main', 'urgent', 'replay'),
    bytes: fc.integer({ min: 1, max: 60 }),
    lines: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(push, { maxLength: 3000 }), fc.integer({ min: 1, max: 3000 }), (pushes, maxBytes) => {
      const ring = new MemoryRing(maxBytes);
      const kept: RetainedPush[] = [];
      for (const [index, { stream, bytes, lines }] of pushes.entries()) {
        const next = pushOf(index + 1, {
          stream,
          bytes,
          lines: Array.from({ length: lines }, (_, line) => `ä ${index} €${line}`.repeat(1 + (index % 9))),
        });
        keep(ring, next);
        kept.push(next);
        while (kept.reduce((sum, other) => sum + other.bytes, 0) > maxBytes) kept.shift();
      }
      expect(ring.bytes).toBe(kept.reduce((sum, other) => sum + other.bytes, 0));
      expect(ring.events).toBe(kept.reduce((sum, other) => sum + other.lines.length, 0));
      for (const stream of ['main', 'urgent', 'replay'] as const) {
        expect(ring.takeAfter(stream, 0)).toEqual(kept.filter((other) => other.stream === stream));
      }
      expect(ring.bytes).toBe(0);
    }),
    { numRuns: 60 },
  );
});
