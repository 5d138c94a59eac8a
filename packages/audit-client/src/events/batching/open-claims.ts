import type { Standing } from './deduplicator.ts';

/** Claims that may be out at once, whatever the size of the queue. */
const MAX_CLAIMS = 1000;

/**
 * Events of which another process is being asked whether it has seen them. They are held and cannot give way, so their
 * number is bounded: half of the places is left to those that can.
 */
export class OpenClaims {
  readonly #open = new Set<Promise<void>>();
  readonly #limit: number;

  constructor(maxQueueSize: number) {
    this.#limit = Math.min(MAX_CLAIMS, Math.ceil(maxQueueSize / 2));
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Whether one more may be asked for. */
  get hasRoom(): boolean {
    return this.#open.size < this.#limit;
  }

  /** `onAnswer` is called when the answer is there; it must not throw. */
  add(standing: Promise<Standing>, onAnswer: (standing: Standing) => void): void {
    const asked = standing.then((answer) => {
      this.#open.delete(asked);
      onAnswer(answer);
    });
    this.#open.add(asked);
  }

  /** Resolves when those that are open now have their answers. */
  async answered(): Promise<void> {
    await Promise.all(this.#open);
  }
}
