/**
 * The bare way to push fast: what is given within one turn of the event loop goes together, one push is in flight at a
 * time, and its answer settles all of them. The client of this project pushes so, too; here it is without validation,
 * receipts, numbering, replay, deadlines and overflow, as the floor that the client is compared with.
 */
const MAX_PUSH = 256;

/** Pushes lines, the oldest first. */
export type PushLines = (lines: readonly string[]) => Promise<unknown>;

interface Waiting {
  readonly line: string;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

/** A queue of lines in front of a push. */
export class MicroBatch {
  readonly #push: PushLines;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(push: PushLines) {
    this.#push = push;
  }

  /** Resolves when the push that carried the line was answered. */
  add(line: string): Promise<void> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ line, settle, fail });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const taken = this.#waiting.slice(0, MAX_PUSH);
    this.#waiting = this.#waiting.slice(MAX_PUSH);
    try {
      await this.#push(taken.map(({ line }) => line));
      for (const { settle } of taken) settle();
    } catch (error) {
      for (const { fail } of taken) fail(error);
    }
    this.#isBusy = false;
    if (this.#waiting.length > 0) this.#schedule();
  }
}
