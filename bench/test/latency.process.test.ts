import { test } from 'vitest';
import { measureLatency } from '../src/parts/latency.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

test(
  'the way of an event to its answer and to its visible row is measured beside a bare loop',
  async () => {
    const measured = await measureSmallest((context) => measureLatency(context, [500]));
    const perVariant = ['bare loop', 'AUDIT_LINGER_MS=0', 'default linger'].flatMap((variant) => [
      `500/s, call to answer, p50, ${variant}`,
      `500/s, call to answer, p99, ${variant}`,
      `500/s, call to visible row, p50, ${variant}`,
      `500/s, call to visible row, p99, ${variant}`,
      `500/s, CPU of worker, Postgres and Redis an event, ${variant}`,
    ]);
    const gaps = ['gap between two looks, p50 of each cell', 'gap between two looks, p99 of each cell'];
    expectMeasured(measured, [...perVariant, ...gaps]);
  },
  DEADLINE_MS,
);
