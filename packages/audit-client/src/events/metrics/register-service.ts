import type { MetricRegistry, MetricSample, RegisteredMetric } from './metric-registry.ts';
import { SERVICE_METRICS, type ServiceFigures, type ServiceMetric } from './service-metrics.ts';

/** A service as its metrics see it. */
export interface MeasuredService {
  getFigures(): ServiceFigures;
}

/** What a registry was given. */
interface Registration {
  readonly services: Set<MeasuredService>;
  readonly metrics: readonly NamedMetric[];
}

interface NamedMetric {
  readonly name: string;
  readonly metric: RegisteredMetric;
}

/** A registry takes each metric once, whatever the number of services. */
const registrations = new WeakMap<object, Registration>();

/**
 * Puts the figures of a service into a registry; a second service joins the metrics of the first, and one that is there
 * already stays as it is. A registry that was cleared gets them again. Nothing is counted twice and nothing is kept:
 * figures are read at each scrape. Throws what the registry throws, and then the service is not in it.
 */
export function registerService(registry: MetricRegistry, service: MeasuredService): void {
  const registration = registrations.get(registry) ?? createRegistration();
  registrations.set(registry, registration);
  for (const named of registration.metrics) {
    if (!hasMetric(registry, registration, named)) {
      Reflect.apply(registry.registerMetric, registry, [named.metric]);
    }
  }
  registration.services.add(service);
}

function createRegistration(): Registration {
  const services = new Set<MeasuredService>();
  const metrics = SERVICE_METRICS.map((metric) => ({ name: metric.name, metric: createMetric(metric, services) }));
  return { services, metrics };
}

/** By the name that it was given with: a registry that writes OpenMetrics changes the metric's own. */
function hasMetric(registry: MetricRegistry, { services }: Registration, { name, metric }: NamedMetric): boolean {
  // Without a way to ask: what took the first service has all metrics.
  return registry.getSingleMetric === undefined ? services.size > 0 : registry.getSingleMetric(name) === metric;
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
