import type { MetricRegistry, MetricSample, RegisteredMetric } from './metric-registry.ts';
import { SERVICE_METRICS, type ServiceFigures, type ServiceMetric } from './service-metrics.ts';

/** A service as its metrics see it. */
export interface MeasuredService {
  getFigures(): ServiceFigures;
}

/** Services by registry: a registry takes each metric once, whatever the number of services. */
const registered = new WeakMap<object, Set<MeasuredService>>();

/**
 * Puts the figures of a service into a registry; a second service joins the metrics of the first, and one that is there
 * already stays as it is. Nothing is counted twice and nothing is kept: figures are read at each scrape. Throws what the
 * registry throws.
 */
export function registerService(registry: MetricRegistry, service: MeasuredService): void {
  const known = registered.get(registry);
  if (known !== undefined) {
    known.add(service);
    return;
  }
  const services = new Set([service]);
  const register = registry.registerMetric.bind(registry) satisfies (metric: never) => unknown;
  for (const metric of SERVICE_METRICS) {
    Reflect.apply(register, undefined, [createMetric(metric, services)]);
  }
  registered.set(registry, services);
}

function createMetric(
  { name, help, type, read }: ServiceMetric,
  services: ReadonlySet<MeasuredService>,
): RegisteredMetric {
  return {
    name,
    help,
    type,
    aggregator: 'sum',
    get() {
      const samples = Array.from(services, (service) => read(service.getFigures())).flat();
      return Promise.resolve({ name: this.name, help, type, aggregator: 'sum', values: addUp(samples) });
    },
    reset: () => undefined,
  };
}

/** Two services of one name, or two handlers of one pattern, are one line: Prometheus refuses the same labels twice. */
function addUp(samples: readonly MetricSample[]): readonly MetricSample[] {
  const sums = new Map<string, MetricSample>();
  for (const { labels, value } of samples) {
    const key = JSON.stringify(labels);
    sums.set(key, { labels, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}
