import { toErrorFacts } from '../warnings.ts';
import { countLeft } from './count-left.ts';
import type { SpoolOptions } from './spool-options.ts';

const LEFT = {
  durable: 'audit client closed before the queue had all spooled events: they wait on disk for the next process',
  strict:
    'audit client closed before Postgres was seen to have all events: their copies on disk wait for the next process',
} as const satisfies Record<SpoolOptions['guarantee'], string>;

/** Counts what happens to a spool, and logs what an operator has to know. */
export class SpoolReport {
  replayed = 0;
  confirmed = 0;
  corrupt = 0;
  faults = 0;
  adopted = 0;
  readonly #options: Pick<SpoolOptions, 'dir' | 'warnings' | 'onCorrupt' | 'onFault'>;

  constructor(options: Pick<SpoolOptions, 'dir' | 'warnings' | 'onCorrupt' | 'onFault'>) {
    this.#options = options;
  }

  get counts() {
    const { replayed, confirmed, corrupt, faults, adopted } = this;
    return { replayed, confirmed, corrupt, faults, adopted };
  }

  warn(condition: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const { dir, warnings } = this.#options;
    warnings.warn(condition, { dir, ...facts });
  }

  /** Something failed, and will be tried again. */
  failed(condition: string, error: unknown): void {
    this.warn(condition, toErrorFacts(error));
  }

  /** A write or a sync failed. */
  fault(condition: string, error: unknown): void {
    this.faults += 1;
    this.#options.onFault();
    this.failed(condition, error);
  }

  /** The client ends, and these folders stay: whoever looks for their events should know where they are. Never rejects. */
  async left(guarantee: SpoolOptions['guarantee'], folders: readonly string[]): Promise<void> {
    try {
      const { bytes, events } = await countLeft(folders);
      if (events !== 0) {
        this.warn(LEFT[guarantee], { bytes, ...(events === null ? {} : { events }) });
      }
    } catch (error) {
      this.failed(LEFT[guarantee], error);
    }
  }

  damage(costsEvent: boolean): void {
    this.corrupt += 1;
    if (costsEvent) {
      this.#options.onCorrupt();
    }
    this.warn('audit spool is damaged, what cannot be read was put aside');
  }
}
