import { frameEntries } from '@auditlane/queue';
import { expect, test } from 'vitest';
import { MemoryRing } from '../src/ring/memory-ring.ts';
import { createStrictRetention } from '../src/ring/strict-retention.ts';

const push = (number: number) => ({
  stream: 'main' as const,
  number,
  lane: 'main' as const,
  entries: frameEntries(['{}']),
  bytes: 2,
  acknowledgedAt: 0,
});

test('Redis is asked what it has as long as the disk keeps something, also when memory has forgotten it', () => {
  let kept = 3;
  const retention = createStrictRetention(new MemoryRing(1_000_000), () => ({ keptEvents: kept, offerAgain() {} }));
  retention.keep(push(1));
  retention.verified(60_000);
  expect(retention.events).toBe(3);
  kept = 0;
  expect(retention.events).toBe(0);
});

test('after a loss memory answers with the youngest pushes, and the disk is told to offer everything', () => {
  let told = 0;
  const retention = createStrictRetention(new MemoryRing(1_000_000), () => ({
    keptEvents: 0,
    offerAgain: () => void (told += 1),
  }));
  retention.keep(push(1));
  retention.keep(push(2));
  expect(retention.takeAfter('main', 1)).toMatchObject([{ number: 2, lines: ['{}'] }]);
  expect(told).toBe(1);
});
