import { decodeEntry } from '@auditlane/schema';
import { expect, test } from 'vitest';
import { encodeSamples } from '../src/events/encode-samples.ts';
import { sampleRow } from '../src/peers/sample-row.ts';
import { toMeasurements, type Outcome, type Reached } from '../src/peers/to-measurements.ts';

function reached(rate: number, isDrained = true): Reached {
  return {
    drained: isDrained ? [{ eventsPerSecond: rate, busyCores: 1.5 }] : [],
    sustained: [{ eventsPerSecond: rate, cpuMicros: 5, busyCores: 1.8 }],
    steady: [{ p50Ms: 1, p99Ms: 2 }],
  };
}

function outcomeAt(scale: number): Outcome {
  return {
    scale,
    contest: {
      auditlane: reached(80_000),
      'bullmq-single': reached(4_000),
      'bullmq-batched': reached(50_000),
      'graphile-worker': reached(5_000),
      'single-insert': reached(8_000, false),
    },
    critical: [{ p50Ms: 1, p99Ms: 2 }],
    bare: [{ p50Ms: 1, p99Ms: 2 }],
  };
}

test('we are divided by every peer that drains, and judged by the figures to reach at full size', () => {
  const judged = toMeasurements(outcomeAt(1)).filter(({ bound }) => bound !== undefined);
  expect(judged.map(({ comparedWith, values, bound }) => [comparedWith, values, bound])).toEqual([
    ['drain by 2 workers: BullMQ, 1 event a job (40,000 events)', [80_000], { ratioAtLeast: 20 }],
    ['drain by 2 workers: graphile-worker, 1 event a job (40,000 events)', [80_000], { ratioAtLeast: 15 }],
    ['drain by 2 workers: BullMQ, 1,000 events a job (1,000,000 events)', [80_000], { ratioAtLeast: 1.35 }],
    ['end to end, 4,000 callers: INSERT per event, pool of 10 (60,000 events)', [80_000], { ratioAtLeast: 7.5 }],
    ['one write at a time, p99: bare INSERT', [2], { ratioAtMost: 2 }],
  ]);
});

test('a shorter run is measured, not judged, and every name in it is told once and compared with one that exists', () => {
  const measured = toMeasurements(outcomeAt(0.1));
  const names = measured.map(({ name }) => name);
  expect(measured.filter(({ bound }) => bound !== undefined)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  for (const { comparedWith } of measured) {
    if (comparedWith !== undefined) expect(names).toContain(comparedWith);
  }
});

test('how many cores a contender keeps busy is told for every contest that it enters', () => {
  const cores = toMeasurements(outcomeAt(1)).filter(({ unit }) => unit === 'cores');
  const titles = ['Auditlane', 'BullMQ, 1 event a job', 'graphile-worker, 1 event a job', 'BullMQ, 1,000 events a job'];
  expect(cores.map(({ name, values }) => [name, ...values])).toEqual([
    ...titles.map((title) => [`drain by 2 workers, busy cores: ${title}`, 1.5]),
    ...[...titles, 'INSERT per event, pool of 10'].map((title) => [`end to end, busy cores: ${title}`, 1.8]),
  ]);
});

test('a row for peers has what the entry of the same event decodes to, but for its id', () => {
  for (const number of [0, 50, 123]) {
    const [line = ''] = encodeSamples(1, { first: number });
    const decoded = decodeEntry(line);
    if (decoded.kind !== 'event') throw new Error('the sample is no event');
    const metadata: unknown = JSON.parse(decoded.row.metadata ?? 'null');
    const { id, ...row } = sampleRow(number);
    expect({ ...decoded.row, id, metadata }).toEqual({ ...row, id });
  }
});
