const INTERVAL_MS = 1000;

/**
 * Brings the number of failed writes to `audit:stats`, where monitoring reads it: a disk that fails is seen before it
 * costs an event. Counted once a second at most, and kept while Redis is away. An answer that is lost counts twice.
 */
export class FaultReport {
  readonly #send: (count: number) => Promise<boolean>;
  #unsent = 0;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();

  /** `send` answers false, or rejects, when the count did not get through. */
  constructor(send: (count: number) => Promise<boolean>) {
    this.#send = send;
  }

  add(): void {
    this.#unsent += 1;
    this.#start();
  }

  /** Sends what is left, if it can. Never rejects. */
  async close(): Promise<void> {
    await this.#sendAll();
    clearTimeout(this.#timer ?? undefined);
  }

  #start(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#sendAll();
    }, INTERVAL_MS).unref();
  }

  #sendAll(): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      const count = this.#unsent;
      this.#unsent = 0;
      if (count > 0 && !(await this.#send(count).catch(() => false))) {
        this.#unsent += count;
        this.#start();
      }
    });
    return this.#sending;
  }
}
