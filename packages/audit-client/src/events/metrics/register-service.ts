import { EndedFigures } from './ended-figures.ts';
import { joinSamples } from './join-samples.ts';
import type { MetricRegistry, RegisteredMetric } from './metric-registry.ts';
import { SERVICE_METRICS, type ServiceFigures, type ServiceMetric } from './service-metrics.ts';

/** A service as its metrics see it. */
export interface MeasuredService {
  getFigures(): ServiceFigures;
}

/** What a registry was given. */
interface Registration {
  readonly figures: RegistryFigures;
  readonly metrics: readonly NamedMetric[];
  /** Whether the registry took every metric at least once. */
  isTaken: boolean;
}

interface NamedMetric {
  readonly name: string;
  readonly metric: RegisteredMetric;
}

/** A registry takes each metric once, whatever the number of services. */
const registrations = new WeakMap<object, Registration>();

/**
 * Puts the figures of a service into a registry; a second service joins the metrics of the first, and one that is there
 * already, or has ended there, stays as it is. A registry that was cleared gets them again. Nothing is counted twice:
 * figures are read at each scrape, of services under one name they are one line, and of a client that several of them
 * share they are there once. Throws what the registry throws, and then the service is not in it.
 */
export function registerService(registry: MetricRegistry, service: MeasuredService): void {
  const registration = registrations.get(registry) ?? createRegistration();
  registrations.set(registry, registration);
  for (const named of registration.metrics) {
    if (!hasMetric(registry, registration, named)) {
      Reflect.apply(registry.registerMetric, registry, [named.metric]);
    }
  }
  registration.isTaken = true;
  registration.figures.add(service);
}

/** Lets go of a service that was closed: what it had counted stays. Unknown ones are no error; never throws. */
export function endService(registry: MetricRegistry, service: MeasuredService): void {
  registrations.get(registry)?.figures.end(service);
}

function createRegistration(): Registration {
  const figures = new RegistryFigures();
  const metrics = SERVICE_METRICS.map((metric) => ({ name: metric.name, metric: createMetric(metric, figures) }));
  return { figures, metrics, isTaken: false };
}

/** By the name that it was given with: a registry that writes OpenMetrics changes the metric's own. */
function hasMetric(registry: MetricRegistry, { isTaken }: Registration, { name, metric }: NamedMetric): boolean {
  return registry.getSingleMetric === undefined ? isTaken : registry.getSingleMetric(name) === metric;
}

function createMetric(
  { name, help, type, aggregator, read }: ServiceMetric,
  figures: RegistryFigures,
): RegisteredMetric {
  return {
    name,
    help,
    type,
    aggregator,
    get() {
      const samples = [...figures.read().flatMap((each) => read(each)), ...figures.ended.samplesOf(name)];
      return Promise.resolve({ name: this.name, help, type, aggregator, values: joinSamples(samples, aggregator) });
    },
    reset: () => undefined,
  };
}

/** The services of a registry, and what those have left that were closed. */
class RegistryFigures {
  readonly ended = new EndedFigures();
  /** With what each said last: one that cannot be read now has not counted less since. */
  readonly #services = new Map<MeasuredService, ServiceFigures | null>();
  readonly #known = new WeakSet<MeasuredService>();

  add(service: MeasuredService): void {
    if (this.#known.has(service)) return;
    this.#known.add(service);
    this.#services.set(service, null);
  }

  end(service: MeasuredService): void {
    const last = this.#services.has(service) ? this.#readOne(service) : null;
    this.#services.delete(service);
    if (last === null) return;
    const isShown = this.read().some((each) => isSameClient(each, last));
    this.ended.add(isShown ? { ...last, client: null } : last);
  }

  /** The figures of each service, without the client where another one under its name has it. Never throws. */
  read(): readonly ServiceFigures[] {
    const found: ServiceFigures[] = [];
    for (const service of this.#services.keys()) {
      const figures = this.#readOne(service);
      if (figures === null) continue;
      const isRepeated = found.some((each) => isSameClient(each, figures));
      found.push(isRepeated ? { ...figures, client: null } : figures);
      this.ended.revive(figures);
    }
    return found;
  }

  #readOne(service: MeasuredService): ServiceFigures | null {
    try {
      const figures = service.getFigures();
      this.#services.set(service, figures);
      return figures;
    } catch {
      return this.#services.get(service) ?? null;
    }
  }
}

function isSameClient(one: ServiceFigures, other: ServiceFigures): boolean {
  return one.client !== null && one.service === other.service && one.client.of === other.client?.of;
}
