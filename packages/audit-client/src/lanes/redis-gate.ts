import type { Redis } from 'ioredis';

/** How long a connection may take before entries stop waiting for it. Later it is still taken when it comes. */
const CONNECT_GRACE_MS = 1500;
const PROBE_MS = 1000;

/**
 * Whether it makes sense to push now.
 *
 * - `connecting`: a first connection, or a broken one whose first retry has not failed yet. Entries wait, shortly.
 * - `ready`: push.
 * - `away`: the connection failed, or pushes get no answer. Entries go where the overflow policy says.
 *
 * From `away` it returns to `ready` when the connection is made again, or when a PING of the silent one is answered.
 */
export type GateState = 'connecting' | 'ready' | 'away';

/** Watches one connection. */
export class RedisGate {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #onChange: (state: GateState) => void;
  #state: GateState;
  #since: number;
  #isProbing = false;
  /** The process was held up, so a connection attempt that timed out just now proves nothing. */
  #isForgiving = false;

  /** `onChange` is called after each change of state. */
  constructor(redis: Redis, now: () => number, onChange: (state: GateState) => void) {
    this.#redis = redis;
    this.#now = now;
    this.#onChange = onChange;
    this.#state = redis.status === 'ready' ? 'ready' : 'connecting';
    this.#since = now();
    redis.on('ready', () => this.#change('ready'));
    redis.on('close', () => this.#change(this.#state === 'ready' || this.#isForgiving ? 'connecting' : 'away'));
    redis.on('end', () => this.#change('away'));
  }

  get state(): GateState {
    return this.#state;
  }

  /** Pushes of this connection got no answer twice: treat it as away until a PING is answered. */
  suspect(): void {
    this.#change('away');
  }

  /** Called by the client's timer; answers whether it must be called again. */
  tick(now: number, wasLate: boolean): boolean {
    const age = now - this.#since;
    this.#isForgiving = wasLate && this.#state === 'connecting';
    if (this.#state === 'connecting' && age >= CONNECT_GRACE_MS) {
      this.#change('away');
    }
    if (this.#state === 'away' && this.#redis.status === 'ready' && !this.#isProbing && age >= PROBE_MS) {
      void this.#probe();
    }
    return this.#state !== 'ready';
  }

  #change(next: GateState): void {
    this.#since = this.#now();
    if (this.#state !== next) {
      this.#state = next;
      this.#onChange(next);
    }
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#redis.ping();
      this.#change('ready');
    } catch {
      this.#since = this.#now();
    } finally {
      this.#isProbing = false;
    }
  }
}
