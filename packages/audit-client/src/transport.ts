import { hostname } from 'node:os';
import type { Lane } from '@auditlane/queue';
import { createPostgresLink, type PostgresLink } from './connections/postgres-link.ts';
import { openRedisLink, type RedisLink } from './connections/redis-link.ts';
import { toTarget } from './connections/target.ts';
import { type CommitCall, Commits } from './critical/commits.ts';
import { createDropLedger, type DropLedger } from './drop-ledger.ts';
import type { LaneEntry } from './lanes/lane-entry.ts';
import { ProducerLane } from './lanes/lane.ts';
import { offerSpooled } from './lanes/offered-entry.ts';
import { createPush, type PushOutcome } from './lanes/push.ts';
import type { GateState } from './lanes/redis-gate.ts';
import type { Producer } from './producer.ts';
import type { Settings } from './settings/settings.ts';
import type { SpoolCall } from './spool/group-commit.ts';
import type { SpoolStats } from './spool/spool-stats.ts';
import { Spool } from './spool/spool.ts';
import { Ticker } from './ticker.ts';
import { toErrorFacts, type Warnings } from './warnings.ts';

const OTHER_DATA_SET = 'audit queue came back as another data set: queued events that were not stored yet are lost';
const NO_CONNECTION = 'audit client has no connection to Redis';

/** What a transport is made with. */
export interface TransportOptions {
  readonly settings: Settings;
  readonly producer: Producer;
  readonly warnings: Warnings;
  /** Receipts `queued` so far, for the warning that they may be worth nothing. */
  readonly queuedCount: () => number;
}

/**
 * The places an event can go to, with their connections: two lanes to Redis, the spool, the commits to Postgres.
 * Nothing is opened before the first entry. One timer looks after all deadlines.
 */
export class Transport {
  readonly drops: DropLedger = createDropLedger();
  readonly #options: TransportOptions;
  readonly #ticker: Ticker;
  readonly #lanes: Readonly<Record<Lane, ProducerLane>>;
  readonly #spool: Spool;
  readonly #postgres: PostgresLink;
  readonly #commits: Commits;
  #redis: RedisLink | null = null;
  #incarnation: string | null = null;
  #isClosed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#ticker = new Ticker(
      () => performance.now(),
      (time, wasLate) => this.#tick(time, wasLate),
    );
    const { settings, producer, warnings } = options;
    this.#lanes = {
      main: this.#createLane({ lane: 'main', capacity: settings.maxQueueLength }),
      urgent: this.#createLane({ lane: 'urgent', capacity: settings.maxUrgentLength }),
    };
    this.#spool = new Spool({
      dir: settings.spoolDir,
      maxBytes: settings.spoolMaxBytes,
      producerId: producer.id,
      target: toTarget(settings.redisUrl, settings.queueKey),
      offer: (entries) => offerSpooled(entries, (lane, entry) => this.addToLane(lane, entry)),
      onCorrupt: () => this.drops.add('spool_corrupt'),
      onWaiting: () => this.#ticker.wake(),
      warnings,
      now: () => this.#ticker.now(),
      wallClock: Date.now,
    });
    this.#postgres = createPostgresLink(settings, `${hostname()}:${process.pid}:${producer.id}`);
    this.#commits = new Commits(this.#postgres.storeLines, settings.poolSize);
  }

  get redisState(): GateState | 'closed' {
    return this.#isClosed || this.#redis === null ? 'closed' : this.#redis.gate.state;
  }

  get spoolStats(): SpoolStats {
    return this.#spool.stats;
  }

  /** The clock of deadlines; see `Ticker`. */
  now(): number {
    return this.#ticker.now();
  }

  /** Holds the process while receipts are due. */
  hold(): void {
    this.#ticker.hold();
  }

  release(): void {
    this.#ticker.release();
  }

  addToLane(lane: Lane, entry: LaneEntry): void {
    this.#openRedis();
    this.#lanes[lane].add(entry);
  }

  spool(call: SpoolCall): void {
    this.#openRedis();
    this.#spool.append(call);
  }

  commit(call: CommitCall): void {
    this.#commits.add(call);
  }

  /** Brings drops that no push has carried yet to `audit:stats`; when Redis does not take them they stay for the next try. */
  async reportDrops(): Promise<void> {
    if (this.#redis?.gate.state !== 'ready') {
      return;
    }
    const counts = this.drops.take();
    if (counts === null) {
      return;
    }
    try {
      await this.#redis.queue.enqueue([], { lane: 'main', capacity: 0, dropped: counts });
    } catch {
      this.drops.giveBack(counts);
    }
  }

  /** Closes everything; call it when no receipt is due any more. */
  async close(): Promise<void> {
    // A replay under way may wait for an unref'd socket; without a hold, awaiting this would end the process unsettled.
    this.#ticker.hold();
    await this.#spool.close();
    await this.reportDrops();
    this.#ticker.stop();
    this.#isClosed = true;
    this.#redis?.close();
    await this.#postgres
      .close()
      .catch((error: unknown) =>
        this.#options.warnings.warn('audit client could not close its Postgres pool', toErrorFacts(error)),
      );
  }

  #createLane(target: { readonly lane: Lane; readonly capacity: number }): ProducerLane {
    const { warnings } = this.#options;
    let push: ((entries: readonly LaneEntry[]) => Promise<PushOutcome>) | null = null;
    return new ProducerLane({
      push: (entries) => {
        push ??= createPush(this.#openRedis().queue, target, {
          drops: this.drops,
          onIncarnation: (incarnation) => this.#compareIncarnation(incarnation),
        });
        return push(entries);
      },
      gateState: () => this.#openRedis().gate.state,
      onSilence: () => this.#openRedis().gate.suspect(),
      onError: (error) =>
        warnings.warn('audit queue did not take events', { lane: target.lane, ...toErrorFacts(error) }),
      now: () => this.#ticker.now(),
    });
  }

  /** Emptied by hand, or restarted without its files: Redis itself does not tell, and its counters begin at 0 again. */
  #compareIncarnation(incarnation: string): void {
    if (this.#incarnation !== null && this.#incarnation !== incarnation) {
      this.#options.warnings.warn(OTHER_DATA_SET, { queued_before: this.#options.queuedCount() });
    }
    this.#incarnation = incarnation;
  }

  #openRedis(): RedisLink {
    if (this.#redis === null) {
      const { settings, warnings } = this.#options;
      this.#redis = openRedisLink(settings, () => this.#ticker.now(), {
        onGate: (state) => this.#gateChanged(state),
        onError: (error) => warnings.warn(NO_CONNECTION, toErrorFacts(error)),
      });
      this.#ticker.wake();
    }
    return this.#redis;
  }

  #gateChanged(state: GateState): void {
    if (this.#isClosed) {
      return;
    }
    this.#lanes.urgent.wake();
    this.#lanes.main.wake();
    this.#ticker.wake();
    if (state === 'away') {
      // Not every failure is an error event: a server that speaks another protocol is merely silent.
      this.#options.warnings.warn(NO_CONNECTION);
    }
    if (state === 'ready') {
      void this.#spool.queueAnswers();
    }
  }

  #tick(now: number, wasLate: boolean): boolean {
    const isGateBusy = this.#redis?.gate.tick(now, wasLate) ?? false;
    const isReady = this.#redis?.gate.state === 'ready';
    const isAnyBusy = [
      this.#lanes.urgent.tick(now),
      this.#lanes.main.tick(now),
      this.#commits.tick(now),
      this.#spool.tick(now, isReady),
    ].includes(true);
    return isGateBusy || isAnyBusy;
  }
}
