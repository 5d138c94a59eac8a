import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { choosePartitionWidth, planPartitions, toPartitionName } from '../src/index.ts';
import type { PartitionRange, PartitionWidth } from '../src/index.ts';

const DAY_MS = 86_400_000;
const MIB = 1_048_576;
const WIDTHS = ['month', 'week', 'day', 'hour'] as const satisfies readonly PartitionWidth[];

function range(from: string, to: string): PartitionRange {
  return { fromMs: Date.parse(from), toMs: Date.parse(to) };
}

function names(ranges: readonly PartitionRange[]): readonly string[] {
  return ranges.map((each) => toPartitionName('audit_logs', each));
}

describe('the width of partitions', () => {
  const facts = { sharedBuffersBytes: 256 * MIB, retentionDays: 30 };

  it('is a day while nothing is known', () => {
    expect(choosePartitionWidth({ ...facts, rowsPerDay: null })).toBe('day');
  });

  // 200 bytes of index a row, 128 MiB for them: 671,088 rows
  it.each([
    [0, 'month'],
    [21_647, 'month'],
    [21_649, 'week'],
    [95_869, 'week'],
    [95_871, 'day'],
    [671_088, 'day'],
    [671_089, 'hour'],
    [1e9, 'hour'],
  ])('for %d rows a day is a %s', (rowsPerDay, width) => {
    expect(choosePartitionWidth({ ...facts, rowsPerDay })).toBe(width);
  });

  it('is not an hour when the retention would make more than a thousand of them', () => {
    expect(choosePartitionWidth({ ...facts, rowsPerDay: 1e9, retentionDays: 90 })).toBe('day');
  });
});

describe('the plan of partitions', () => {
  const nowMs = Date.parse('2026-11-21T10:30:00Z');

  it('reaches from yesterday to seven days ahead', () => {
    const plan = planPartitions({ nowMs, width: 'day', existing: [], aheadDays: 7 });
    expect(names(plan)).toHaveLength(9);
    expect(names(plan).at(0)).toBe('audit_logs_20261120_20261121');
    expect(names(plan).at(-1)).toBe('audit_logs_20261128_20261129');
  });

  it('reaches three widths ahead where that is longer', () => {
    expect(names(planPartitions({ nowMs, width: 'month', existing: [], aheadDays: 7 }))).toEqual([
      'audit_logs_20261101_20261201',
      'audit_logs_20261201_20270101',
      'audit_logs_20270101_20270201',
      'audit_logs_20270201_20270301',
    ]);
  });

  it('begins weeks on Monday', () => {
    const plan = planPartitions({ nowMs, width: 'week', existing: [], aheadDays: 0 });
    expect(names(plan).at(0)).toBe('audit_logs_20261116_20261123');
  });

  it('puts hours into names', () => {
    const plan = planPartitions({ nowMs, width: 'hour', existing: [], aheadDays: 0 });
    expect(names(plan).at(1)).toBe('audit_logs_2026112011_2026112012');
  });

  it('fills the gap between partitions of another width', () => {
    const existing = [range('2026-11-20', '2026-11-23'), range('2026-11-25', '2026-11-26')];
    expect(names(planPartitions({ nowMs, width: 'month', existing, aheadDays: 7 })).slice(0, 3)).toEqual([
      'audit_logs_20261123_20261125',
      'audit_logs_20261126_20261201',
      'audit_logs_20261201_20270101',
    ]);
  });

  it('is empty when all is prepared', () => {
    const plan = planPartitions({ nowMs, width: 'day', existing: [range('2026-01-01', '2027-01-01')], aheadDays: 7 });
    expect(plan).toEqual([]);
  });

  it('covers the time ahead once and only once, whatever is there', () => {
    const anyRange = fc.record({
      fromHour: fc.integer({ min: -400, max: 400 }),
      hours: fc.integer({ min: 1, max: 200 }),
    });
    const anyFacts = fc.record({
      hour: fc.integer({ min: 400_000, max: 900_000 }),
      width: fc.constantFrom(...WIDTHS),
      aheadDays: fc.integer({ min: 0, max: 20 }),
      existing: fc.array(anyRange, { maxLength: 6 }),
    });
    fc.assert(
      fc.property(anyFacts, ({ hour, width, aheadDays, existing: given }) => {
        const at = hour * 3_600_000 + 1234;
        const existing = withoutOverlaps(
          given.map(({ fromHour, hours }) => ({
            fromMs: (hour + fromHour) * 3_600_000,
            toMs: (hour + fromHour + hours) * 3_600_000,
          })),
        );
        const plan = planPartitions({ nowMs: at, width, existing, aheadDays });
        const all = [...existing, ...plan].toSorted((a, b) => a.fromMs - b.fromMs);
        for (const [index, each] of all.entries()) {
          expect(each.toMs).toBeGreaterThan(each.fromMs);
          expect(each.fromMs).toBeGreaterThanOrEqual(all[index - 1]?.toMs ?? -Infinity);
        }
        for (const probe of [at - DAY_MS, at, at + aheadDays * DAY_MS]) {
          expect(all.filter((each) => each.fromMs <= probe && probe < each.toMs)).toHaveLength(1);
        }
        expect(planPartitions({ nowMs: at, width, existing: all, aheadDays })).toEqual([]);
      }),
    );
  });
});

function withoutOverlaps(ranges: readonly PartitionRange[]): readonly PartitionRange[] {
  return ranges.filter((each, index) =>
    ranges.slice(0, index).every((other) => each.toMs <= other.fromMs || other.toMs <= each.fromMs),
  );
}
