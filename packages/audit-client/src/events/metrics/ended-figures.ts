import { joinSamples } from './join-samples.ts';
import type { MetricSample } from './metric-registry.ts';
import { SERVICE_METRICS, type ServiceFigures } from './service-metrics.ts';

/** Counters by the name of their metric. */
type Counters = ReadonlyMap<string, readonly MetricSample[]>;

/**
 * What the services of a registry had counted when they were closed: a counter that goes down looks like a restart.
 *
 * Nothing is kept for each service: equal labels are added up, so memory grows with names and not with services. What a
 * client has counted is taken back when another service of the same name shows that client again.
 */
export class EndedFigures {
  readonly #sums = new Map<string, readonly MetricSample[]>();
  /** By client and name of the service, what is among the sums for it. */
  readonly #ofClients = new WeakMap<object, Map<string, Counters>>();

  /** The last figures of a service; without `client` when another service shows that one. */
  add(figures: ServiceFigures): void {
    const { service, client } = figures;
    this.#addUp(readCounters(figures, 'service'), 1);
    if (client === null) return;
    this.revive(figures);
    const counters = readCounters(figures, 'client');
    this.#addUp(counters, 1);
    const byService = this.#ofClients.get(client.of) ?? new Map<string, Counters>();
    this.#ofClients.set(client.of, byService.set(service, counters));
  }

  /** Takes back what the client of these figures had counted under this name: they show it themselves. */
  revive({ service, client }: ServiceFigures): void {
    const byService = client === null ? undefined : this.#ofClients.get(client.of);
    const counters = byService?.get(service);
    if (counters === undefined) return;
    byService?.delete(service);
    this.#addUp(counters, -1);
  }

  samplesOf(name: string): readonly MetricSample[] {
    return this.#sums.get(name) ?? [];
  }

  #addUp(counters: Counters, sign: 1 | -1): void {
    for (const [name, samples] of counters) {
      const signed = samples.map(({ labels, value }) => ({ labels, value: sign * value }));
      this.#sums.set(name, joinSamples([...this.samplesOf(name), ...signed], 'sum'));
    }
  }
}

function readCounters(figures: ServiceFigures, of: 'service' | 'client'): Counters {
  const counters = SERVICE_METRICS.filter((metric) => metric.type === 'counter' && metric.of === of);
  return new Map(counters.map(({ name, read }) => [name, read(figures)]));
}
