import { expect, test } from 'vitest';
import { criticalWrite } from '../src/load/critical-write.ts';
import { judge } from '../src/load/judge.ts';
import { DEADLINE_MS, measureSmallest } from './measured.ts';

test(
  'a critical write is judged by its ratio to a bare INSERT, without peers',
  async () => {
    const measured = await measureSmallest(criticalWrite.run);
    for (const { values, name } of measured) {
      expect(values, name).toHaveLength(3);
      for (const value of values) expect(value, name).toBeGreaterThan(0);
    }
    const [judged, ...others] = judge(measured, 2);
    expect(others).toEqual([]);
    expect(judged?.name).toBe('one write at a time, p99: logCriticalAudit');
    expect(judged?.text).toMatch(/× one write at a time, p99: bare INSERT \(at most 4 ×\)$/);
  },
  DEADLINE_MS,
);
