import type { Lane } from './lane.ts';

/** Every Redis name of one queue. All are passed to scripts as KEYS, so one hash tag keeps them in one slot. */
export interface QueueKeys {
  /** LIST: entries of the main lane, newest at the head. */
  readonly queue: string;
  /** LIST: entries of the urgent lane, newest at the head. */
  readonly urgent: string;
  /** LIST: dead letters, newest first. */
  readonly failed: string;
  /** SET: ids in `failed`, so that a rewound claim parks an event once. */
  readonly failedIds: string;
  /** HASH: event id to `times it was redriven:ms of its first failure:mark of its last letter`. */
  readonly redrives: string;
  /** ZSET: batch id to the millisecond of Redis TIME at which its lease ends. */
  readonly leases: string;
  /** HASH: batch id to `epoch:attempt:n:lane:state:worker`. */
  readonly meta: string;
  /** HASH: counters since the birth of the data set. */
  readonly stats: string;
  /** STRING: the incarnation, a random mark made with the first push. */
  readonly epoch: string;
  /** HASH: worker id to its last beat. */
  readonly workers: string;
  /** LIST: entries of a newer version than their worker understood. */
  readonly hold: string;
  /** HASH: producer id to its last push numbers and last number, `main:urgent:replay:n:given up:ms:open` or `closed`. */
  readonly producers: string;
  /** HASH: producer id to the numbers whose events wait in its memory, `ms:5-9,12`. */
  readonly buffered: string;
  /** HASH: reserved for metrics of processes other than workers. */
  readonly metrics: string;
  /** Channel that an enqueue into an empty lane publishes to. */
  readonly wake: string;
  /** LIST: the entries of one claim, oldest at the left. */
  batch(batchId: string): string;
}

const QUEUE_KEY = /^(?<prefix>[^\s]{1,200}:)(?<name>[^\s:]{1,100})$/u;
const TAKEN_NAMES: ReadonlySet<string> = new Set([
  'failed',
  'redrives',
  'leases',
  'meta',
  'stats',
  'epoch',
  'workers',
  'hold',
  'producers',
  'buffered',
  'metrics',
  'wake',
  'batch',
]);

/** True when `queueKey` can name a queue: at least two parts joined by `:`, the last one not a name of ours. */
export function isQueueKey(queueKey: string): boolean {
  const name = QUEUE_KEY.exec(queueKey)?.groups?.['name'];
  return name !== undefined && !TAKEN_NAMES.has(name);
}

/**
 * Derives all names from the queue's: each replaces its last part (`audit:queue` gives `audit:leases`,
 * `audit:{3}:queue` gives `audit:{3}:leases`). The urgent lane appends to it.
 * Throws a RangeError for a name that `isQueueKey` refuses; the environment's schema checks it before.
 */
export function toQueueKeys(queueKey: string): QueueKeys {
  const prefix = QUEUE_KEY.exec(queueKey)?.groups?.['prefix'];
  if (prefix === undefined || !isQueueKey(queueKey)) {
    throw new RangeError(`"${queueKey}" cannot name a queue; use two parts joined by ":", as in audit:queue`);
  }
  return Object.freeze({
    queue: queueKey,
    urgent: `${queueKey}:urgent`,
    failed: `${prefix}failed`,
    failedIds: `${prefix}failed:ids`,
    redrives: `${prefix}redrives`,
    leases: `${prefix}leases`,
    meta: `${prefix}meta`,
    stats: `${prefix}stats`,
    epoch: `${prefix}epoch`,
    workers: `${prefix}workers`,
    hold: `${prefix}hold`,
    producers: `${prefix}producers`,
    buffered: `${prefix}buffered`,
    metrics: `${prefix}metrics`,
    wake: `${prefix}wake`,
    batch: (batchId: string) => `${prefix}batch:${batchId}`,
  });
}

/** The list of a lane. */
export function toLaneKey(keys: QueueKeys, lane: Lane): string {
  return lane === 'urgent' ? keys.urgent : keys.queue;
}
