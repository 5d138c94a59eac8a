import { AsyncLocalStorage } from 'node:async_hooks';

/** Both copies of this package in a process, ESM and CommonJS, must know each other's work. */
const SHARED = Symbol.for('auditlane.audit-client.own-work.v1');

const storage = findStorage();

function findStorage(): AsyncLocalStorage<boolean> {
  const known: unknown = Reflect.get(globalThis, SHARED);
  if (known instanceof AsyncLocalStorage) return known;
  const made = new AsyncLocalStorage<boolean>();
  Reflect.set(globalThis, SHARED, made);
  return made;
}

/**
 * Marks what the client does by itself: its warnings, and all that follows from an event which a log transport logged.
 *
 * A record logged inside must not become an event. Otherwise a client that cannot reach Redis warns through the
 * application's logger, the transport makes an event of the warning, and that event gives the next warning.
 */
export function runAsOwnWork<Answer>(work: () => Answer): Answer {
  return storage.run(true, work);
}

/** The opposite: what follows is the application's, or belongs to no one call. */
export function runAsForeignWork<Answer>(work: () => Answer): Answer {
  return storage.run(false, work);
}

/** Whether the code that runs was started by {@link runAsOwnWork}. */
export function isOwnWork(): boolean {
  return storage.getStore() === true;
}
