/** What holds events back when the process is about to end. */
export interface Flushable {
  /** Whether there is anything to drain. */
  readonly hasEvents: boolean;
  /** Hands on everything, what else would wait for its time included. Never rejects. */
  drain(): Promise<void>;
  /** Lets events that wait for an answer of the application go without it. */
  giveUpLookups(): void;
}

/** Shared by the copies of this package that `import` and `require` load, so that one handler decides. */
interface Registry {
  readonly flushables: Set<WeakRef<Flushable>>;
}

const SHARED = Symbol.for('auditlane.audit-client.shutdown.v2');
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const DEADLINE_MS = 5000;

/**
 * Drains before the process ends: when it has nothing left to do, and on SIGTERM and SIGINT.
 *
 * A signal that the application handles stays its own: this handler comes first and takes itself away before the others
 * run, so that none of them counts it, and it ends nothing. When there is no other, the process ends by the signal as it
 * would have without us, after the flush or 5 s; a second signal ends it at once. Only `process.exit()` and `kill -9`
 * leave no time.
 *
 * @returns takes the registration back
 */
export function flushOnShutdown(flushable: Flushable): () => void {
  const { flushables } = findRegistry();
  const reference = new WeakRef(flushable);
  flushables.add(reference);
  return () => void flushables.delete(reference);
}

function findRegistry(): Registry {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (isRegistry(known)) return known;
  const registry: Registry = { flushables: new Set() };
  Reflect.set(globalThis, SHARED, registry);
  listen(registry);
  return registry;
}

function isRegistry(value: unknown): value is Registry {
  return typeof value === 'object' && value !== null && 'flushables' in value;
}

function listen(registry: Registry): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    for (const one of SIGNALS) process.off(one, onSignal);
    const isHandled = process.listenerCount(signal) > 0;
    void flushAll(registry).then(() => {
      if (isHandled) arm();
      else if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  const arm = (): void => {
    for (const one of SIGNALS) process.prependListener(one, onSignal);
  };
  arm();
  process.on('beforeExit', () => {
    // With nothing to flush this adds no work, so the process ends.
    for (const flushable of takeAlive(registry)) {
      flushable.giveUpLookups();
      if (flushable.hasEvents) void flushable.drain();
    }
  });
}

async function flushAll(registry: Registry): Promise<void> {
  const flushes = Promise.all(takeAlive(registry).map((flushable) => flushable.drain()));
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    // Holds the process: between the signal and the end there may be nothing else that does.
    timer = setTimeout(resolve, DEADLINE_MS);
  });
  await Promise.race([flushes, deadline]);
  clearTimeout(timer);
}

function takeAlive({ flushables }: Registry): readonly Flushable[] {
  const alive: Flushable[] = [];
  for (const reference of flushables) {
    const flushable = reference.deref();
    if (flushable === undefined) flushables.delete(reference);
    else alive.push(flushable);
  }
  return alive;
}
