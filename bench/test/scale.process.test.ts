import { expect, test } from 'vitest';
import type { Part } from '../src/part.ts';
import { scaleConnections } from '../src/parts/scale-connections.ts';
import { scaleDepth } from '../src/parts/scale-depth.ts';
import { scaleRows } from '../src/parts/scale-rows.ts';
import { scaleSize } from '../src/parts/scale-size.ts';
import { scaleWorkers } from '../src/parts/scale-workers.ts';
import { measureSmallest } from './measured.ts';

/** Runs a part; every value must be a number, every comparison must be with something measured, every line of a chart must have points. */
async function measure(part: Part, name: RegExp) {
  const measured = await measureSmallest(part.run);
  const names = measured.map((measurement) => measurement.name);
  for (const { values, comparedWith, name: label } of measured) {
    expect(values.length, label).toBeGreaterThan(0);
    expect(
      values.every((value) => Number.isFinite(value) && value >= 0),
      label,
    ).toBe(true);
    if (comparedWith !== undefined) expect(names, label).toContain(comparedWith);
  }
  const charts = part.charts?.(measured) ?? [];
  expect(charts.length).toBeGreaterThan(0);
  for (const { series, name: chart } of charts) {
    for (const line of series) expect(line.points.length, `${chart}: ${line.name}`).toBeGreaterThan(0);
  }
  return names.filter((each) => name.test(each)).length;
}

test('a backlog is drained by more and more workers', async () => {
  expect(await measure(scaleWorkers, /^drain by \d workers?$/)).toBe(2);
});

test('events of several sizes are drained', async () => {
  expect(await measure(scaleSize, /^events of [\d,]+ bytes$/)).toBe(2);
});

test('a call is priced at several depths of the queue', async () => {
  expect(await measure(scaleDepth, /^claiming at a depth of/)).toBe(3);
});

test('events are stored into tables of two sizes in partitions, and of one in one partition', async () => {
  expect(await measure(scaleRows, /^stored, [\d,]+ rows in/)).toBe(3);
}, 300_000);

test('calls are made through one client and through more', async () => {
  expect(await measure(scaleConnections, /clients?, awaited p50$/)).toBe(2);
});
