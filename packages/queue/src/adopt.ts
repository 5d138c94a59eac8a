import type { Redis } from 'ioredis';
import { assertLease, toClaim, toClaimKeys, type Claim } from './claim.ts';
import type { QueueKeys } from './keys.ts';
import { assertBatchId } from './limits.ts';
import { toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** Which claim to take over, and for whom. */
export interface AdoptOptions {
  readonly batchId: string;
  readonly worker: string;
  /** Milliseconds from now, by the clock of Redis. */
  readonly leaseMs: number;
}

/**
 * See `Queue.adopt`. Not idempotent on purpose: when the answer is lost the new lease ends by itself, and the claim is
 * adopted again.
 */
export async function adopt(redis: Redis, keys: QueueKeys, options: AdoptOptions): Promise<Claim | null> {
  const { batchId, worker, leaseMs } = options;
  assertBatchId(batchId);
  assertLease(leaseMs);
  const raw = await runScript(redis, 'adopt', {
    keys: toClaimKeys(keys, batchId),
    args: [batchId, worker, leaseMs],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'adopted':
      return toClaim(batchId, reply.values);
    case 'leased':
    case 'gone':
      return null;
    default:
      throw toUnknownReply(reply);
  }
}
