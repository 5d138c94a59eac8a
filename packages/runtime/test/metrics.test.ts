import { expect, test } from 'vitest';
import { createMetrics, renderFleetMetrics } from '../src/index.ts';

test('counters and histograms of several processes are summed by label', async () => {
  const fleet = await Promise.all(
    [2, 5].map(async (count) => {
      const metrics = createMetrics();
      metrics.counter({ name: 'audit_rows_total', help: 'Rows.', labels: ['lane'] }).inc({ lane: 'main' }, count);
      metrics.histogram({ name: 'audit_batch_seconds', help: 'Time.', buckets: [0.1, 1] }).observe(0.05);
      return metrics.toJson();
    }),
  );
  const overTheWire: typeof fleet = JSON.parse(JSON.stringify(fleet));
  const text = await renderFleetMetrics(overTheWire);
  expect(text).toContain('audit_rows_total{lane="main"} 7');
  expect(text).toContain('audit_batch_seconds_bucket{le="0.1"} 2');
});

test('two registries do not meet, and a gauge may be read when asked', async () => {
  const one = createMetrics({ process: true });
  const two = createMetrics();
  let depth = 3;
  two.observedGauge({ name: 'audit_depth', help: 'Depth.' }, () => depth);
  depth = 4;
  expect(await two.toText()).toContain('audit_depth 4');
  expect(await one.toText()).not.toContain('audit_depth');
  expect(await one.toText()).toContain('audit_process_resident_memory_bytes');
});
