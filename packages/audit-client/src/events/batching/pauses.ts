/** Waits that can all be ended at once. They keep no process alive: whoever drains before its end, ends them. */
export class Pauses {
  readonly #open = new Set<() => void>();

  /** Resolves after `ms`, or when all are ended; at once when `isSkipped`. */
  pause(ms: number, isSkipped = false): Promise<void> {
    if (isSkipped) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#open.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms).unref();
      this.#open.add(end);
    });
  }

  endAll(): void {
    for (const end of this.#open) {
      end();
    }
  }
}
