import { type PushStream, toLines } from '@auditlane/queue';
import { ByteChunks, type StoredBytes } from './byte-chunks.ts';
import type { AnsweredPush, RetainedPush, Retention } from './retention.ts';

/** How long a push is kept at least, unless its bytes are needed: as long as a failover takes to be noticed. */
export const KEEP_MS = 30_000;
const COMPACT_AT = 1024;

interface KeptPush extends Omit<AnsweredPush, 'entries'> {
  readonly count: number;
  readonly stored: StoredBytes;
}

/**
 * The retention of the guarantee `durable`: the last pushes, in memory.
 *
 * A push leaves when newer ones need its bytes, or when Redis was seen to be whole 30 s after it. While Redis is away,
 * time alone lets nothing go. Costs a copy of the bytes that were sent; kept as strings, 64 entries a push, they cost
 * their caller a tenth of its CPU in garbage collections. It dies with the process.
 */
export class MemoryRing implements Retention {
  readonly #maxBytes: number;
  /** In the order of their answers; those before `#head` are gone. */
  #pushes: (KeptPush | null)[] = [];
  readonly #chunks = new ByteChunks();
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

  keep({ stream, number, lane, bytes, acknowledgedAt, entries: { count, framed } }: AnsweredPush): void {
    const stored = this.#chunks.add(framed);
    this.#pushes.push({ stream, number, lane, bytes, acknowledgedAt, count, stored });
    this.#bytes += bytes;
    this.#events += count;
    this.#dropAboveBound();
  }

  takeAfter(stream: PushStream, number: number): readonly RetainedPush[] {
    const taken: KeptPush[] = [];
    const kept: KeptPush[] = [];
    for (const push of this.#pushes.slice(this.#head)) {
      if (push !== null) {
        (push.stream === stream && push.number > number ? taken : kept).push(push);
      }
    }
    this.#pushes = kept;
    this.#head = 0;
    return taken.map((push) => this.#takeOut(push));
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

  /** Decoded before the bytes are let go: their place is written again by the next pushes. */
  #takeOut(push: KeptPush): RetainedPush {
    const { stream, number, lane, bytes, acknowledgedAt, count, stored } = push;
    const lines = toLines({ count, framed: this.#chunks.read(stored) });
    this.#letGo(push);
    return { stream, number, lane, bytes, acknowledgedAt, lines };
  }

  #oldest(): KeptPush | null {
    return this.#pushes[this.#head] ?? null;
  }

  #dropOldest(oldest: KeptPush): void {
    this.#letGo(oldest);
    // The place itself goes when there are enough of them to be worth a copy.
    this.#pushes[this.#head] = null;
    this.#head += 1;
    if (this.#head > COMPACT_AT && this.#head * 2 > this.#pushes.length) {
      this.#pushes = this.#pushes.slice(this.#head);
      this.#head = 0;
    }
  }

  #letGo(push: KeptPush): void {
    this.#chunks.remove(push.stored);
    this.#bytes -= push.bytes;
    this.#events -= push.count;
  }
}
