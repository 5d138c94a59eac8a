import { expect, test } from 'vitest';
import { operators } from '../src/parts/operators.ts';
import { measureSmallest } from './measured.ts';

test('what operators ask is answered, and nothing is lost or dropped on the way', async () => {
  const measured = await measureSmallest(operators.run);
  const value = (name: string): number => measured.find((measurement) => measurement.name === name)?.values[0] ?? NaN;
  for (const { name, values } of measured) expect(values.every(Number.isFinite), name).toBe(true);
  for (const { name, values } of measured) if (/, (?:lost|dropped)$/.test(name)) expect(values, name).toEqual([0]);
  for (const lingerMs of [5, 60]) {
    const at = `10,000 requests a minute, AUDIT_LINGER_MS=${lingerMs}`;
    expect(value(`${at}, lost`)).toBe(0);
    expect(value(`${at}, write statements`)).toBeGreaterThanOrEqual(value(`${at}, transactions that write`));
    expect(value(`${at}, transactions that write`)).toBeGreaterThan(0);
    expect(value(`${at}, call to row, p99`)).toBeGreaterThanOrEqual(value(`${at}, call to row, p50`));
  }
  for (const figure of ['p50', 'p99']) {
    const bare = `10,000 requests a minute, what a bare LPUSH adds, ${figure}`;
    expect(value(bare)).not.toBeNaN();
    const ours = measured.find(({ name }) => name === `10,000 requests a minute, what logAudit adds, ${figure}`);
    expect(ours?.comparedWith).toBe(bare);
  }
  for (const rate of ['1', '100']) {
    expect(value(`ledger rows per 1,000 events at ${rate}/s`)).toBeGreaterThan(0);
    expect(value(`ledger rows per 1,000 events at ${rate}/s`)).toBeLessThanOrEqual(1000);
  }
  for (const chart of operators.charts?.(measured) ?? []) {
    for (const { points } of chart.series) expect(points.map(([x]) => x)).toEqual([5, 60]);
  }
}, 300_000);
