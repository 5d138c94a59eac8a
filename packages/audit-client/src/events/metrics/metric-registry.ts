/** One value of a metric with its labels, as prom-client shows it. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How a registry of a cluster joins the values of its workers. */
export type MetricAggregator = 'sum' | 'average' | 'min';

/** A metric as prom-client's registry reads it: at each scrape by `get`. */
export interface RegisteredMetric {
  /** Changed by the registry where it writes OpenMetrics. */
  name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly aggregator: MetricAggregator;
  get(): Promise<{
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge';
    readonly aggregator: MetricAggregator;
    readonly values: readonly MetricSample[];
  }>;
  /** The figures belong to the service: a registry cannot reset them. */
  reset(): void;
}

/** A registry of prom-client, or whatever keeps metrics as it does; nothing of prom-client is imported for it. */
export interface MetricRegistry {
  /** Called once for each metric; throws when it has another one of that name. */
  registerMetric(metric: never): unknown;
  /** Tells whether a metric is still there; a registry without it is believed to keep what it took. */
  getSingleMetric?(name: string): unknown;
}
