import { BUFFERED_TOLD_EVERY_MS } from '@auditlane/queue';
import { runOutside } from '../../run-outside.ts';

/** What a notice is made with. */
export interface BufferedNoticeOptions {
  /** What waits, as `5-9,12`; '' when nothing does. */
  readonly read: () => string;
  /** Answers false, or rejects, when it did not get through. */
  readonly tell: (numbers: string) => Promise<boolean>;
  /** Milliseconds between two notices. Default `BUFFERED_TOLD_EVERY_MS`. */
  readonly everyMs?: number;
}

/**
 * Tells Redis every few seconds which numbers wait in this process, so that maintenance does not take them for lost, and
 * says so once when none waits any more. A crash ends the notices, and what waited shows as a hole soon.
 */
export class BufferedNotice {
  readonly #options: BufferedNoticeOptions;
  #isArmed = false;
  /** What Redis may believe; it is taken back when nothing waits. */
  #isTold = false;

  constructor(options: BufferedNoticeOptions) {
    this.#options = options;
  }

  /** Something waits. The process is not kept for it. */
  wake(): void {
    if (!this.#isArmed) {
      this.#isArmed = true;
      const everyMs = this.#options.everyMs ?? BUFFERED_TOLD_EVERY_MS;
      runOutside(() => setTimeout(() => void this.#tell(), everyMs).unref());
    }
  }

  async #tell(): Promise<void> {
    const { read, tell } = this.#options;
    const numbers = read();
    if (numbers !== '' || this.#isTold) {
      // Also when the answer is lost: Redis may have heard it.
      this.#isTold = true;
      const isThrough = await tell(numbers).catch(() => false);
      this.#isTold = numbers !== '' || !isThrough;
    }
    this.#isArmed = false;
    // Something may have come while the last word was on its way.
    if (this.#isTold || read() !== '') {
      this.wake();
    }
  }
}
