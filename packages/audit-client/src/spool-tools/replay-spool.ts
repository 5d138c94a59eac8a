import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectRedis, createQueue, type Lane, type Queue, toQueueKeys, whenReady } from '@auditlane/queue';
import { createPool, findStored } from '@auditlane/store';
import { toTarget } from '../connections/target.ts';
import { adoptAbandoned, type Adoption, removeIfEmpty } from '../spool/adoption.ts';
import { createFindSettled } from '../spool/find-settled.ts';
import type { SpooledEntry } from '../spool/frame.ts';
import { type FindSettled, Keeper } from '../spool/keeper.ts';
import { describeOwner } from '../spool/owner.ts';
import { type Offer, Replay } from '../spool/replay.ts';

/** What a replay by hand is started with. */
export interface ReplaySpoolOptions {
  readonly spoolDir: string;
  readonly redisUrl: string;
  /** Name of the queue's list, such as `audit:queue`. */
  readonly queueKey: string;
  /** Events that the main and the urgent lane may hold. */
  readonly capacity: number;
  readonly urgentCapacity: number;
  /** Postgres, for folders of the guarantee `strict`: without it they are left alone. Default none. */
  readonly databaseUrl?: string | undefined;
  /** TLS to Postgres where its URL has no sslmode: true checks the certificate. Default false. */
  readonly databaseSsl?: boolean | 'no-verify' | undefined;
  /** Also takes folders whose events were for another Redis or queue. Default false. */
  readonly anyTarget?: boolean | undefined;
  /** Told after each piece how many events are in the queue so far. */
  readonly onProgress?: ((entries: number) => void) | undefined;
}

/** What a replay by hand did. */
export interface ReplayedSpool {
  /** Folders taken over, and of these, those that still hold events: the queue took no more, or Postgres has not all. */
  readonly folders: number;
  readonly left: number;
  /** Events put into the queue. */
  readonly entries: number;
  /** Damaged places; their bytes are in `corrupt.frames`. */
  readonly corrupt: number;
  /** Abandoned folders with events for another queue, which were left alone. */
  readonly foreign: number;
}

/**
 * Adopts the folders of dead processes and puts their events into the queue, for an application that never comes back.
 * Returns when all are there, or the queue takes no more. Folders of living processes are left alone. Rejects when Redis
 * or the disk fails; what was taken over is then adopted again by whoever comes next, and the ids keep it one row each.
 */
export async function replaySpool(options: ReplaySpoolOptions): Promise<ReplayedSpool> {
  const redis = connectRedis(options.redisUrl, { name: 'auditlane-spool', onError: () => undefined });
  const pool = openPool(options);
  try {
    await whenReady(redis, CONNECT_MS);
    const queue = createQueue(redis, toQueueKeys(options.queueKey));
    const find = createFindSettled(pool && ((ids) => findStored(pool, ids)), (ids) => queue.parked(ids));
    return await replayAdopted(options, queue, find);
  } finally {
    redis.disconnect();
    await pool?.end();
  }
}

const CONNECT_MS = 10_000;

function openPool({ databaseUrl, databaseSsl }: ReplaySpoolOptions) {
  if (databaseUrl === undefined) {
    return null;
  }
  const ssl = databaseSsl === undefined ? {} : { ssl: databaseSsl };
  return createPool(databaseUrl, { applicationName: 'auditlane-spool', ...ssl });
}

async function replayAdopted(
  options: ReplaySpoolOptions,
  queue: Queue,
  findSettled: FindSettled | null,
): Promise<ReplayedSpool> {
  const { adopted, foreign } = await adopt(options, findSettled !== null);
  const counts = { entries: 0, corrupt: 0, left: 0 };
  const around = {
    spoolDir: options.spoolDir,
    offer: createOffer(queue, options),
    findSettled,
    now: () => performance.now(),
    onReplayed(entries: number) {
      counts.entries += entries;
      options.onProgress?.(counts.entries);
    },
    onCorrupt: () => void (counts.corrupt += 1),
    onConfirmed: () => undefined,
    onSegmentDone: () => undefined,
    onError: () => undefined,
  };
  const [replay, keeper] = [new Replay(around), new Keeper(around)];
  for (const { name, guarantee } of adopted) {
    const reader = guarantee === 'strict' ? keeper : replay;
    const isWhole = await reader.offerFolder(name, Number.POSITIVE_INFINITY);
    if (guarantee === 'strict') {
      await keeper.confirmFolder(name, Number.POSITIVE_INFINITY);
    }
    const isGone = await removeIfEmpty(join(options.spoolDir, name));
    counts.left += isGone && isWhole ? 0 : 1;
  }
  return { folders: adopted.length, foreign, ...counts };
}

async function adopt(options: ReplaySpoolOptions, canKeep: boolean): Promise<Adoption> {
  return adoptAbandoned(options.spoolDir, {
    names: new Set(),
    owner: await describeOwner(toTarget(options.redisUrl, options.queueKey)),
    canKeep,
    anyTarget: options.anyTarget === true,
    toName: () => `replay-${randomBytes(10).toString('hex')}`,
    now: Date.now(),
  });
}

/** Straight into the lanes, in runs of one lane so that the order stays; as much as they have room for. */
function createOffer(queue: Queue, { capacity, urgentCapacity }: ReplaySpoolOptions): Offer {
  const push = async (lane: Lane, lines: readonly string[]): Promise<number> => {
    const { accepted } = await queue.enqueue(lines, {
      lane,
      capacity: lane === 'urgent' ? urgentCapacity : capacity,
      isRetry: true,
    });
    return accepted;
  };
  return async (entries) => {
    let taken = 0;
    for (const run of toRuns(entries)) {
      const accepted = await push(run.lane, run.lines);
      taken += accepted;
      if (accepted < run.lines.length) {
        break;
      }
    }
    return taken;
  };
}

const MAX_RUN_BYTES = 1_000_000;

function toRuns(
  entries: readonly SpooledEntry[],
): readonly { readonly lane: Lane; readonly lines: readonly string[] }[] {
  const runs: { lane: Lane; lines: string[]; bytes: number }[] = [];
  for (const { lane, line } of entries) {
    const bytes = Buffer.byteLength(line);
    const last = runs.at(-1);
    if (last?.lane === lane && last.bytes + bytes <= MAX_RUN_BYTES) {
      last.lines.push(line);
      last.bytes += bytes;
    } else {
      runs.push({ lane, lines: [line], bytes });
    }
  }
  return runs;
}
