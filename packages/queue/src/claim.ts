import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { isLane, type Lane } from './lane.ts';
import { assertBatchId, assertWithin, CALL_LIMITS } from './limits.ts';
import { QueueError } from './queue-error.ts';
import { toBuffers, toInteger, toReply, toText, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** What to claim. */
export interface ClaimOptions {
  /** Chosen by the caller and used again when the call is repeated: then the same claim comes back. */
  readonly batchId: string;
  /** At most this many entries, 1 to 1000. */
  readonly limit: number;
  /** At most this many bytes of entries (an entry that is larger is claimed alone), up to 8 MiB. */
  readonly maxBytes: number;
  /** Milliseconds that the claim holds without renewal, by the clock of Redis. */
  readonly leaseMs: number;
  /** Id of the claiming worker. */
  readonly worker: string;
  /** The lane to take from; the other one is taken when it is empty. */
  readonly prefer: Lane;
}

/** Entries that belong to one worker until its lease ends. */
export interface Claim {
  readonly batchId: string;
  /** Fencing number: goes up with every adoption; renew, finish and release must show it. */
  readonly epoch: number;
  /** 1 + the holders before that died while decoding. */
  readonly attempt: number;
  readonly lane: Lane;
  /** Oldest first, byte for byte as they were pushed. */
  readonly entries: readonly Buffer[];
  /** Entries left in that lane after the claim. */
  readonly depth: number;
}

/** The keys that claim, release and adopt share, in their order. */
export function toClaimKeys(keys: QueueKeys, batchId: string): readonly string[] {
  return [keys.queue, keys.urgent, keys.batch(batchId), keys.leases, keys.meta, keys.stats];
}

/** Reads the reply of claim and adopt after its name. */
export function toClaim(batchId: string, values: readonly unknown[]): Claim {
  const [epoch, attempt, laneText, depth, entries] = values;
  const lane = toText(laneText);
  if (!isLane(lane)) throw new QueueError('protocol', `Redis answered with an unknown lane "${lane}"`);
  return {
    batchId,
    epoch: toInteger(epoch),
    attempt: toInteger(attempt),
    lane,
    entries: toBuffers(entries),
    depth: toInteger(depth),
  };
}

/** Throws `invalid_call` for a lease outside 1 ms to 1 day. */
export function assertLease(leaseMs: number): void {
  assertWithin('The lease in milliseconds', leaseMs, { min: 1, max: 86_400_000 });
}

/** See `Queue.claim`. `taken` when the batch id belongs to another worker: choose a new one. */
export async function claim(redis: Redis, keys: QueueKeys, options: ClaimOptions): Promise<Claim | null> {
  const { batchId, limit, maxBytes, leaseMs, worker, prefer } = options;
  assertBatchId(batchId);
  assertLease(leaseMs);
  assertWithin('The limit of a claim', limit, { min: 1, max: CALL_LIMITS.entries });
  assertWithin('The bytes of a claim', maxBytes, { min: 1, max: CALL_LIMITS.claimBytes });
  const raw = await runScript(redis, 'claim', {
    keys: toClaimKeys(keys, batchId),
    args: [batchId, limit, maxBytes, leaseMs, worker, prefer],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'claimed':
      return toClaim(batchId, reply.values);
    case 'empty':
      return null;
    case 'taken':
      throw new QueueError('taken', `Batch ${batchId} is held by another worker; claim with a new id`);
    default:
      throw toUnknownReply(reply);
  }
}
