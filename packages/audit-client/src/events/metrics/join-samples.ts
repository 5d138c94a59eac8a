import type { MetricAggregator, MetricSample } from './metric-registry.ts';

/** Prometheus refuses the same labels twice. A mean of nothing, which is 0, takes no part in an average. */
export function joinSamples(samples: readonly MetricSample[], how: MetricAggregator): readonly MetricSample[] {
  const groups = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(Object.entries(sample.labels));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return Array.from(groups.values(), (group) => ({ labels: group[0]?.labels ?? {}, value: joinValues(group, how) }));
}

function joinValues(group: readonly MetricSample[], how: MetricAggregator): number {
  const values = group.map(({ value }) => value);
  if (how === 'min') return Math.min(...values);
  const counted = how === 'average' ? values.filter((value) => value > 0) : values;
  const sum = counted.reduce((total, value) => total + value, 0);
  return how === 'average' && counted.length > 0 ? sum / counted.length : sum;
}
