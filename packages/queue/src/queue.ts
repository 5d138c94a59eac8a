import type { Redis } from 'ioredis';
import { adopt, type AdoptOptions } from './adopt.ts';
import { beat, beats, forget } from './beats.ts';
import { buffered, type BufferedNumbers, tellBuffered, type TellBufferedOptions, type Told } from './buffered.ts';
import { createCallBuffers } from './call-buffers.ts';
import { claim, type Claim, type ClaimOptions } from './claim.ts';
import { addStats } from './count.ts';
import { enqueue, type EnqueueOptions, type Pushed } from './enqueue.ts';
import { expired, type ExpiredOptions } from './expired.ts';
import { failedBytes, parked } from './failed.ts';
import { finish, type FinishOptions, type Finished, type ParkedLetter } from './finish.ts';
import { heldAmong } from './held-among.ts';
import { inspect, type QueueState } from './inspect.ts';
import type { QueueKeys } from './keys.ts';
import { park } from './park.ts';
import { peek, type PeekOptions, type Peeked } from './peek.ts';
import type { ProducerMark } from './producer-mark.ts';
import {
  forgetProducers,
  lastPush,
  type LastPush,
  producers,
  retire,
  type Retired,
  type RetireOptions,
} from './producers.ts';
import {
  forgetRedrives,
  redrive,
  redrivenIds,
  redrives,
  type PastRedrives,
  type RedrivenIds,
  type Redriven,
  type RedriveOptions,
} from './redrive.ts';
import { release, type Released, type ReleaseOptions } from './release.ts';
import { renew, type Renewed, type RenewOptions } from './renew.ts';
import { remove, type ListedLetter } from './remove.ts';
import { restore } from './restore.ts';
import type { WorkerBeat } from './worker-beat.ts';

/**
 * The list protocol. Every function is one atomic script; every promise settles within the connection's deadline;
 * every rejection is a `QueueError`. A call that timed out may have been executed: enqueue may then be repeated
 * (the store absorbs the second copy), claim must be repeated with the same batch id, finish and release answer
 * `gone` the second time, which is success.
 */
export interface Queue {
  /** Pushes the prefix that fits below the capacity; see `EnqueueOptions`. */
  enqueue(entries: readonly string[], options: EnqueueOptions): Promise<Pushed>;
  /** Moves the oldest entries of one lane to this worker, or answers null when both lanes are empty. */
  claim(options: ClaimOptions): Promise<Claim | null>;
  /** Extends the lease and notes how far the holder has come. */
  renew(options: RenewOptions): Promise<Renewed>;
  /** Acknowledges a claim and parks its dead letters in the same step. Call it after COMMIT only. */
  finish(options: FinishOptions): Promise<Finished>;
  /** Parks at most 1000 dead letters that no claim holds; answers how many were not there before. May be repeated. */
  park(letters: readonly ParkedLetter[]): Promise<number>;
  /** Gives a claim back unprocessed, to be claimed next and in its old order. */
  release(options: ReleaseOptions): Promise<Released>;
  /** Ids of claims whose lease has ended by the clock of Redis, longest ended first. */
  expired(options: ExpiredOptions): Promise<readonly string[]>;
  /** Takes over a claim whose lease has ended; null when somebody else was faster or it is done. */
  adopt(options: AdoptOptions): Promise<Claim | null>;
  /** Moves a dead letter back to a lane, as the entry that the caller made of it. */
  redrive(options: RedriveOptions): Promise<Redriven>;
  /** A part of the dead letters in the list, from its oldest end; costs Redis what it answers. */
  peek(options: PeekOptions): Promise<Peeked>;
  /** Removes exactly these dead letters (at most 1000) from the list, and answers for each whether it was there. */
  remove(letters: readonly ListedLetter[]): Promise<readonly boolean[]>;
  /** Which of these ids are dead letters in the list. */
  parked(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Bytes that the list of dead letters takes in Redis; null where the server does not tell. */
  failedBytes(): Promise<number | null>;
  /** How often each id was redriven and when it failed first, for those that were: for the dead letter that comes back. */
  redrives(ids: readonly string[]): Promise<ReadonlyMap<string, PastRedrives>>;
  /** About 1000 of the ids that have such a count; begin with `'0'`. */
  redrivenIds(cursor: string): Promise<RedrivenIds>;
  /** Forgets the counts of events that cannot be parked again: those that are stored, or purged. */
  forgetRedrives(ids: readonly string[]): Promise<void>;
  /**
   * Moves up to `limit` (1 to 1000) of the oldest held entries back to the claim end of the main lane, and answers how
   * many. A worker that starts calls it for as many as were held then; those that it does not know are held again.
   */
  restore(options: { readonly limit: number }): Promise<number>;
  /** For each of these entries whether it is among the 10,000 newest that are held. */
  heldAmong(entries: readonly Buffer[]): Promise<readonly boolean[]>;
  /** One consistent look at depths, counters and the conservation equation. */
  inspect(): Promise<QueueState>;
  /** Adds to counters that no script of the protocol owns. */
  addStats(counts: Readonly<Record<string, number>>): Promise<void>;
  /** What Redis has of a producer: compared with what it acknowledged, it tells a producer what was lost. */
  lastPush(producerId: string): Promise<LastPush>;
  /** Writes the closing record of a producer that ends, with the last number it took. Works when memory is full. */
  retire(options: RetireOptions): Promise<Retired>;
  /** What Redis has of every producer, the closed and the dead ones included. Unreadable ones are left out. */
  producers(): Promise<readonly ProducerMark[]>;
  /**
   * Removes producers that are accounted for, and answers how many were there. `audit:producers` has room for 20,000;
   * a producer beyond is not marked. One that is still at work would push again what it keeps; the store absorbs it.
   */
  forgetProducers(ids: readonly string[]): Promise<number>;
  /**
   * Notes which of its numbers a producer has in its memory, so that they are not taken for lost. Counts for
   * `BUFFERED_VALID_MS`: repeat it every `BUFFERED_TOLD_EVERY_MS` while they wait. Works when memory is full.
   */
  tellBuffered(options: TellBufferedOptions): Promise<Told>;
  /**
   * What producers say they have in memory; what was told longer ago than `validMs` (default `BUFFERED_VALID_MS`) and what
   * cannot be read is left out.
   */
  buffered(validMs?: number): Promise<readonly BufferedNumbers[]>;
  /** Writes the beat of a worker; works when memory is full. */
  beat(worker: string, beat: WorkerBeat): Promise<void>;
  /** The last beat of every worker, dead ones included: judge them by `at`. Unreadable ones are left out. */
  beats(): Promise<readonly WorkerBeat[]>;
  /** Removes the beat of a worker that will not come back. */
  forget(worker: string): Promise<void>;
}

/** Binds the protocol to a connection and the names of one queue. No I/O. */
export function createQueue(redis: Redis, keys: QueueKeys): Queue {
  const target = { redis, keys, buffers: createCallBuffers() };
  return {
    enqueue: (entries, options) => enqueue(target, entries, options),
    claim: (options) => claim(redis, keys, options),
    renew: (options) => renew(redis, keys, options),
    finish: (options) => finish(redis, keys, options),
    park: (letters) => park(redis, keys, letters),
    release: (options) => release(redis, keys, options),
    expired: (options) => expired(redis, keys, options),
    adopt: (options) => adopt(redis, keys, options),
    redrive: (options) => redrive(redis, keys, options),
    redrives: (ids) => redrives(redis, keys, ids),
    redrivenIds: (cursor) => redrivenIds(redis, keys, cursor),
    forgetRedrives: (ids) => forgetRedrives(redis, keys, ids),
    peek: (options) => peek(redis, keys, options),
    remove: (letters) => remove(redis, keys, letters),
    parked: (ids) => parked(redis, keys, ids),
    failedBytes: () => failedBytes(redis, keys),
    restore: (options) => restore(redis, keys, options),
    heldAmong: (entries) => heldAmong(redis, keys, entries),
    inspect: () => inspect(redis, keys),
    addStats: (counts) => addStats(redis, keys, counts),
    lastPush: (producerId) => lastPush(redis, keys, producerId),
    retire: (options) => retire(redis, keys, options),
    producers: () => producers(redis, keys),
    forgetProducers: (ids) => forgetProducers(redis, keys, ids),
    tellBuffered: (options) => tellBuffered(redis, keys, options),
    buffered: (validMs) => buffered(redis, keys, validMs),
    beat: (worker, workerBeat) => beat(redis, keys, { worker, beat: workerBeat }),
    beats: () => beats(redis, keys),
    forget: (worker) => forget(redis, keys, worker),
  };
}
