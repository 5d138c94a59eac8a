import { test } from 'vitest';
import { cost } from '../src/parts/cost.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

test(
  'each guarantee is measured in one table, beside entries that are pushed bare',
  async () => {
    const measured = await measureSmallest(cost.run);
    const variants = ['durable', 'strict', 'durable, appendfsync everysec', 'entries made before, pushed bare'];
    const figures = [
      'calls a second, 1,000 callers',
      'CPU of the caller an event',
      'awaited p50 at 1,000/s',
      'awaited p99 at 1,000/s',
    ];
    expectMeasured(measured, [
      ...figures.flatMap((figure) => variants.map((variant) => `${figure}, ${variant}`)),
      'making an entry, with checks and redaction, CPU an event',
      'making an entry, with checks alone, CPU an event',
      'JSON.stringify with an id, without checks, CPU an event',
    ]);
  },
  DEADLINE_MS,
);
