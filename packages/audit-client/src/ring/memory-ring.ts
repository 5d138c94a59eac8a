import type { PushStream } from '@auditlane/queue';
import type { RetainedPush, Retention } from './retention.ts';

/** How long a push is kept at least, unless its bytes are needed: as long as a failover takes to be noticed. */
export const KEEP_MS = 30_000;
const COMPACT_AT = 1024;

/**
 * The retention of the guarantee `durable`: the last pushes, in memory.
 *
 * A push leaves when newer ones need its bytes, or when Redis was seen to be whole 30 s after it. While Redis is away,
 * time alone lets nothing go. Costs a reference per push; the lines are those that were pushed. It dies with the process.
 */
export class MemoryRing implements Retention {
  readonly #maxBytes: number;
  /** In the order of their answers; those before `#head` are gone. */
  #pushes: (RetainedPush | null)[] = [];
  #head = 0;
  #bytes = 0;
  #events = 0;
  #reservedBytes = 0;

  /** `maxBytes` bounds the UTF-8 bytes of the entries, those that are being pushed again included. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  keep(push: RetainedPush): void {
    this.#pushes.push(push);
    this.#bytes += push.bytes;
    this.#events += push.lines.length;
    this.#dropAboveBound();
  }

  takeAfter(stream: PushStream, number: number): readonly RetainedPush[] {
    const taken: RetainedPush[] = [];
    const kept: RetainedPush[] = [];
    for (const push of this.#pushes.slice(this.#head)) {
      if (push !== null) {
        (push.stream === stream && push.number > number ? taken : kept).push(push);
      }
    }
    this.#pushes = kept;
    this.#head = 0;
    for (const push of taken) {
      this.#discount(push);
    }
    return taken;
  }

  reserve(bytes: number): void {
    this.#reservedBytes = bytes;
    this.#dropAboveBound();
  }

  verified(now: number): void {
    for (let oldest = this.#oldest(); oldest !== null && oldest.acknowledgedAt < now - KEEP_MS;) {
      this.#dropOldest(oldest);
      oldest = this.#oldest();
    }
  }

  #dropAboveBound(): void {
    for (let oldest = this.#oldest(); oldest !== null && this.#bytes > this.#maxBytes - this.#reservedBytes;) {
      this.#dropOldest(oldest);
      oldest = this.#oldest();
    }
  }

  #oldest(): RetainedPush | null {
    return this.#pushes[this.#head] ?? null;
  }

  #dropOldest(oldest: RetainedPush): void {
    this.#discount(oldest);
    // Frees the lines at once; the place itself goes when there are enough of them to be worth a copy.
    this.#pushes[this.#head] = null;
    this.#head += 1;
    if (this.#head > COMPACT_AT && this.#head * 2 > this.#pushes.length) {
      this.#pushes = this.#pushes.slice(this.#head);
      this.#head = 0;
    }
  }

  #discount(push: RetainedPush): void {
    this.#bytes -= push.bytes;
    this.#events -= push.lines.length;
  }
}
