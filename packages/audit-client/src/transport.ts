import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lane, PushStream, Queue } from '@auditlane/queue';
import type { RejectedRow } from '@auditlane/store';
import { LOST, NO_CONNECTION, NOT_PUSHED_AGAIN, NOT_VERIFIED } from './connections/connection-warnings.ts';
import { createPostgresLink, type PostgresLink } from './connections/postgres-link.ts';
import { openRedisLink, type RedisLink } from './connections/redis-link.ts';
import { toTarget } from './connections/target.ts';
import { type CommitCall, Commits } from './critical/commits.ts';
import { createDropLedger, type DropLedger, reportDrops } from './drop-ledger.ts';
import type { LaneEntry } from './lanes/lane-entry.ts';
import { ProducerLane } from './lanes/lane.ts';
import { offerSpooled } from './lanes/offered-entry.ts';
import { createPush, createPushLines, type Push, type PushLines } from './lanes/push.ts';
import type { GateState } from './lanes/redis-gate.ts';
import { ProcessHold } from './process-hold.ts';
import { createRetention } from './ring/create-retention.ts';
import type { RingStats } from './ring/ring-stats.ts';
import { Safekeeping } from './ring/safekeeping.ts';
import { FaultReport } from './spool/fault-report.ts';
import type { SpoolCall } from './spool/group-commit.ts';
import { createFindSettled } from './spool/find-settled.ts';
import type { FramePosition } from './spool/segment-writer.ts';
import type { SpoolStats } from './spool/spool-stats.ts';
import { Spool } from './spool/spool.ts';
import { type NextTick, Ticker } from './ticker.ts';
import type { TransportOptions } from './transport-options.ts';
import { toErrorFacts } from './warnings.ts';

/**
 * The places an event can go to, with their connections: two lanes to Redis, the spool, the commits to Postgres.
 * Nothing is opened before the first entry. One timer looks after all deadlines.
 */
export class Transport {
  readonly drops: DropLedger = createDropLedger();
  readonly #options: TransportOptions;
  /** How the ledger of Postgres names this client. */
  readonly writer: string;
  readonly #ticker: Ticker;
  readonly #hold: ProcessHold;
  readonly #safekeeping: Safekeeping;
  readonly #lanes: Readonly<Record<Lane, ProducerLane>>;
  readonly #spool: Spool;
  readonly #postgres: PostgresLink;
  readonly #commits: Commits;
  readonly #faults = new FaultReport(async (count) => {
    const queue = this.#redis?.gate.state === 'ready' ? this.#redis.queue : null;
    await queue?.addStats({ spool_faults: count });
    return queue !== null;
  });
  #redis: RedisLink | null = null;
  #replayDueSince: number | null = null;
  /** The last number of the closing record that was written. */
  #retiredSeq = 0;
  #isClosed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#ticker = new Ticker(
      () => performance.now(),
      (time, wasLate) => this.#tick(time, wasLate),
    );
    const { settings, producer, warnings } = options;
    this.writer = `${hostname()}:${process.pid}:${producer.id}`;
    this.#postgres = createPostgresLink(settings, this.writer);
    this.#hold = new ProcessHold(this.#ticker);
    this.#safekeeping = this.#createSafekeeping();
    this.#lanes = { main: this.#createLane('main'), urgent: this.#createLane('urgent') };
    this.#spool = new Spool({
      dir: settings.spoolDir,
      maxBytes: settings.spoolMaxBytes,
      producerId: producer.id,
      target: toTarget(settings.redisUrl, settings.queueKey),
      guarantee: settings.guarantee,
      findSettled: createFindSettled(this.#postgres.findStored, (ids) => this.#openRedis().queue.parked(ids)),
      offer: (entries) => offerSpooled(entries, (lane, entry) => this.addToLane(lane, entry)),
      onCorrupt: () => this.drops.add('spool_corrupt'),
      onFault: () => this.#faults.add(),
      onWaiting: () => this.#ticker.wake(),
      warnings,
      now: () => this.#ticker.now(),
      wallClock: Date.now,
    });
    this.#commits = new Commits(this.#postgres.storeLines, settings.poolSize);
  }

  get redisState(): GateState | 'closed' {
    return this.#isClosed || this.#redis === null ? 'closed' : this.#redis.gate.state;
  }

  /** The queue itself, for dead letters; a call fails while Redis is away. */
  get queue(): Queue {
    return this.#openRedis().queue;
  }

  get spoolStats(): SpoolStats {
    return this.#spool.stats;
  }

  get ringStats(): RingStats {
    return this.#safekeeping.stats;
  }

  /** The clock of deadlines; see `Ticker`. */
  now(): number {
    return this.#ticker.now();
  }

  /** Holds the process while receipts are due. */
  hold(): void {
    this.#hold.set('receipts', true);
  }

  release(): void {
    this.#hold.set('receipts', false);
  }

  addToLane(lane: Lane, entry: LaneEntry): void {
    this.#openRedis();
    this.#lanes[lane].add(entry);
  }

  spool(call: SpoolCall): void {
    this.#openRedis();
    this.#spool.append(call);
  }

  /** What is spooled there is not in the queue, and shall get there; matters with the guarantee `strict` alone. */
  offerLater(position: FramePosition): void {
    this.#spool.offerLater(position);
    this.#ticker.wake();
  }

  commit(call: CommitCall): void {
    this.#commits.add(call);
  }

  /** Stores the rows of entries at once; answers those that Postgres refuses as such, and rejects on an outage. */
  storeLines(lines: readonly string[]): Promise<readonly RejectedRow[]> {
    return this.#postgres.storeIsolating(lines);
  }

  /** See `reportDrops`; nothing while Redis is away. */
  async reportDrops(): Promise<void> {
    if (this.#redis?.gate.state === 'ready') {
      await reportDrops(this.drops, this.#redis.queue);
    }
  }

  /** The closing record of this producer, so that a hole at the end of its numbers shows; see `Queue.retire`. */
  async retire(): Promise<void> {
    const { producer, givenUpCount } = this.#options;
    const lastSeq = producer.nextSeq - 1;
    if (this.#redis?.gate.state !== 'ready' || lastSeq === this.#retiredSeq) {
      return;
    }
    try {
      await this.#redis.queue.retire({ id: producer.id, lastSeq, givenUp: givenUpCount() });
      this.#retiredSeq = lastSeq;
    } catch {
      // Without the record the producer counts as one that crashed: nothing is known of its end.
    }
  }

  /** Closes everything; call it when no receipt is due any more. */
  async close(): Promise<void> {
    // A replay under way may wait for an unref'd socket; without a hold, awaiting this would end the process unsettled.
    this.#hold.set('close', true);
    await Promise.all([
      this.#spool.close({
        boundMs: this.#options.settings.deadlineMs,
        isQueueReady: () => this.redisState === 'ready',
      }),
      this.#closeSafekeeping(),
    ]);
    await this.#faults.close();
    await this.reportDrops();
    await this.retire();
    this.#ticker.stop();
    this.#isClosed = true;
    this.#redis?.close();
    await this.#postgres
      .close()
      .catch((error: unknown) =>
        this.#options.warnings.warn('audit client could not close its Postgres pool', toErrorFacts(error)),
      );
  }

  async #closeSafekeeping(): Promise<void> {
    const { settings, warnings } = this.#options;
    const left = await this.#safekeeping.close(settings.deadlineMs);
    if (left > 0) {
      warnings.warn(NOT_PUSHED_AGAIN, { events: left });
    }
    const unverified = this.#safekeeping.unverifiedEvents;
    if (unverified > 0) {
      warnings.warn(NOT_VERIFIED, { events: unverified });
    }
  }

  #createSafekeeping(): Safekeeping {
    const { settings, producer, warnings, queuedCount, givenUpCount } = this.#options;
    return new Safekeeping({
      retention: createRetention(settings, () => this.#spool),
      producerId: () => producer.id,
      givenUp: givenUpCount,
      isReady: () => this.#redis?.gate.state === 'ready',
      askMarks: (id) => this.#openRedis().queue.lastPush(id),
      pushAgain: ({ lane, lines, bytes }) => this.#pushLines(lane, 'replay')({ lines, bytes, isRetry: true }),
      onLoss: (cause, events) => {
        // At once: the receipts that held the process may be given before the next tick.
        this.#holdForReplay(this.#ticker.now());
        warnings.warn(LOST, { cause, pushed_again: events, queued_before: queuedCount() });
      },
      onError: (error) => warnings.warn('audit client could not ask Redis what it still has', toErrorFacts(error)),
      now: () => this.#ticker.now(),
      sleep: (ms) => delay(ms, undefined, { ref: false }),
    });
  }

  #pushLines(lane: Lane, stream: PushStream): PushLines {
    const { maxQueueLength, maxUrgentLength } = this.#options.settings;
    const target = { lane, stream, capacity: lane === 'urgent' ? maxUrgentLength : maxQueueLength };
    return createPushLines(this.#openRedis().queue, target, { drops: this.drops, keeper: this.#safekeeping });
  }

  #createLane(lane: Lane): ProducerLane {
    const { warnings } = this.#options;
    let push: Push | null = null;
    return new ProducerLane({
      push: (entries) => {
        push ??= createPush(this.#pushLines(lane, lane));
        return push(entries);
      },
      gateState: () => this.#openRedis().gate.state,
      onSilence: () => this.#openRedis().gate.suspect(),
      onError: (error) => warnings.warn('audit queue did not take events', { lane, ...toErrorFacts(error) }),
      now: () => this.#ticker.now(),
    });
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
      this.#safekeeping.connected();
      void this.#spool.queueAnswers();
    } else {
      this.#safekeeping.disconnected();
    }
  }

  #tick(now: number, wasLate: boolean): NextTick {
    const isGateBusy = this.#redis?.gate.tick(now, wasLate) ?? false;
    const isReady = this.#redis?.gate.state === 'ready';
    const isAnyBusy = [
      this.#lanes.urgent.tick(now),
      this.#lanes.main.tick(now),
      this.#commits.tick(now),
      this.#spool.tick(now, isReady),
    ].includes(true);
    const forSafekeeping = this.#safekeeping.tick(now);
    this.#holdForReplay(now);
    return isGateBusy || isAnyBusy ? 'soon' : forSafekeeping;
  }

  /** A process that has nothing else to do stays for a replay, but not for longer than for a receipt. */
  #holdForReplay(now: number): void {
    this.#replayDueSince = this.#safekeeping.stats.due === 0 ? null : (this.#replayDueSince ?? now);
    const isHeld = this.#replayDueSince !== null && now - this.#replayDueSince < this.#options.settings.deadlineMs;
    this.#hold.set('replay', isHeld);
  }
}
