import { describe, expect, test } from 'vitest';
import { isQueueKey, toQueueKeys } from '../src/index.ts';

describe('names', () => {
  test('every other key replaces the last part of the queue key', () => {
    expect({ ...toQueueKeys('audit:queue'), batch: toQueueKeys('audit:queue').batch('b1') }).toEqual({
      queue: 'audit:queue',
      urgent: 'audit:queue:urgent',
      failed: 'audit:failed',
      failedIds: 'audit:failed:ids',
      redrives: 'audit:redrives',
      leases: 'audit:leases',
      meta: 'audit:meta',
      stats: 'audit:stats',
      epoch: 'audit:epoch',
      workers: 'audit:workers',
      hold: 'audit:hold',
      producers: 'audit:producers',
      buffered: 'audit:buffered',
      metrics: 'audit:metrics',
      wake: 'audit:wake',
      batch: 'audit:batch:b1',
    });
  });

  test('a hash tag stays in all of them, so that a cluster keeps them in one slot', () => {
    const { batch, ...names } = toQueueKeys('audit:{3}:queue');
    for (const name of [...Object.values(names), batch('b1')]) expect(name).toContain('audit:{3}:');
  });

  test.each(['queue', 'audit:', ':queue', 'audit:leases', 'audit:batch', 'a b:queue', '', `${'a'.repeat(300)}:queue`])(
    '"%s" is refused',
    (queueKey) => {
      expect(isQueueKey(queueKey)).toBe(false);
      expect(() => toQueueKeys(queueKey)).toThrow(RangeError);
    },
  );
});
