import { expect, test } from 'vitest';
import { caller } from '../src/parts/caller.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

test(
  'what a call costs is measured beside a bare LPUSH',
  async () => {
    const measured = await measureSmallest(caller.run);
    expectMeasured(measured, [
      'the measuring loop alone, CPU of the process an event',
      'logAudit under load with its measuring loop, CPU of the process an event',
      'logAudit under load, CPU of the caller an event',
      'logAudit under load, calls a second',
      'logAudit, synchronous part of a call',
      'logAudit, synchronous part of a call, mean of the slowest of 100 turns',
      'bare LPUSH at 1,000/s, awaited p50',
      'bare LPUSH at 1,000/s, awaited p99',
      'logAudit at 1,000/s, awaited p50',
      'logAudit at 1,000/s, awaited p99',
    ]);
    expect(measured.every(({ part }) => part === 'caller')).toBe(true);
  },
  DEADLINE_MS,
);
