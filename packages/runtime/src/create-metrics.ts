import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** What one process has measured, as it travels in a heartbeat. */
export type MetricsJson = readonly MetricObjectWithValues<MetricValue<string>>[];

export interface MetricNotes<L extends string> {
  /** `audit_<noun>_<unit>[_total]`. */
  readonly name: string;
  readonly help: string;
  /** Label names; their values come from closed sets, never from events or requests. */
  readonly labels?: readonly L[];
}

export interface Metrics {
  counter<L extends string = never>(notes: MetricNotes<L>): Counter<L>;
  gauge<L extends string = never>(notes: MetricNotes<L>): Gauge<L>;
  /** A gauge without labels that is read whenever metrics are asked for. */
  observedGauge(notes: MetricNotes<never>, read: () => number): void;
  histogram<L extends string = never>(notes: MetricNotes<L> & { readonly buckets: readonly number[] }): Histogram<L>;
  toJson(): Promise<MetricsJson>;
  toText(): Promise<string>;
  readonly contentType: string;
}

/**
 * The metrics of one process in a registry of its own. `process: true` adds memory, CPU and event-loop lag under
 * the prefix `audit_`. Nothing is global, so two of them in one test do not meet.
 */
export function createMetrics(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.process === true) {
    collectDefaultMetrics({ register: registry, prefix: 'audit_' });
  }
  const common = <L extends string>(notes: MetricNotes<L>) => ({
    name: notes.name,
    help: notes.help,
    labelNames: [...(notes.labels ?? [])],
    registers: [registry],
  });
  return {
    counter: (notes) => new Counter(common(notes)),
    gauge: (notes) => new Gauge(common(notes)),
    observedGauge: (notes, read) => {
      const gauge: Gauge = new Gauge({ ...common(notes), collect: () => gauge.set(read()) });
    },
    histogram: (notes) => new Histogram({ ...common(notes), buckets: [...notes.buckets] }),
    toJson: () => registry.getMetricsAsJSON(),
    toText: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/**
 * Adds the metrics of several processes: counters and histograms are summed, gauges too unless they name another
 * aggregator. A process that restarted begins again at 0, which Prometheus expects of a counter.
 */
export async function renderFleetMetrics(processes: readonly MetricsJson[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((metrics) => [...metrics])).metrics();
}
