/** What holds events back when the process is about to end. */
export interface Drainable {
  /** Whether there is anything to drain. */
  readonly hasEvents: boolean;
  /** Hands on everything, what else would wait for its time included. Never rejects. */
  drain(): Promise<void>;
  /** Lets events that wait for an answer of the application go without it. */
  giveUpLookups(): void;
}

/** Shared by the copies of this package that `import` and `require` load, so that one handler decides. */
interface Registry {
  readonly drainables: Set<WeakRef<Drainable>>;
}

const SHARED = Symbol.for('auditlane.audit-client.shutdown.v2');
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const DEADLINE_MS = 5000;

/**
 * Drains before the process ends: when it has nothing left to do, and on SIGTERM and SIGINT.
 *
 * A signal that the application handles stays its own: this handler comes first and takes itself away before the others
 * run, so that none of them counts it, and it ends nothing. When there is no other, the process ends by the signal as it
 * would have without us, after the drain or 5 s; a second signal ends it at once. Only `process.exit()` and `kill -9`
 * leave no time.
 *
 * @returns takes the registration back
 */
export function flushOnShutdown(drainable: Drainable): () => void {
  const { drainables } = findRegistry();
  const reference = new WeakRef(drainable);
  drainables.add(reference);
  return () => void drainables.delete(reference);
}

function findRegistry(): Registry {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (isRegistry(known)) return known;
  const registry: Registry = { drainables: new Set() };
  Reflect.set(globalThis, SHARED, registry);
  listen(registry);
  return registry;
}

function isRegistry(value: unknown): value is Registry {
  return typeof value === 'object' && value !== null && 'drainables' in value;
}

function listen(registry: Registry): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    for (const one of SIGNALS) process.off(one, onSignal);
    const isHandled = process.listenerCount(signal) > 0;
    void drainAll(registry).then(() => {
      if (isHandled) arm();
      else if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  const arm = (): void => {
    for (const one of SIGNALS) process.prependListener(one, onSignal);
  };
  arm();
  process.on('beforeExit', () => {
    // With nothing to drain this adds no work, so the process ends.
    for (const drainable of takeAlive(registry)) {
      drainable.giveUpLookups();
      if (drainable.hasEvents) void drainable.drain();
    }
  });
}

async function drainAll(registry: Registry): Promise<void> {
  const drains = Promise.all(takeAlive(registry).map((drainable) => drainable.drain()));
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    // Holds the process: between the signal and the end there may be nothing else that does.
    timer = setTimeout(resolve, DEADLINE_MS);
  });
  await Promise.race([drains, deadline]);
  clearTimeout(timer);
}

function takeAlive({ drainables }: Registry): readonly Drainable[] {
  const alive: Drainable[] = [];
  for (const reference of drainables) {
    const drainable = reference.deref();
    if (drainable === undefined) drainables.delete(reference);
    else alive.push(drainable);
  }
  return alive;
}
