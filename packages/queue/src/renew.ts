import type { Redis } from 'ioredis';
import { assertLease } from './claim.ts';
import type { QueueKeys } from './keys.ts';
import { assertBatchId } from './limits.ts';
import { toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/**
 * How far a holder has come. Only a death while `decoding` counts as an attempt, since only then can the entries be its
 * cause: `sent` means that Postgres has them, `waiting` that Postgres is away.
 */
export type ClaimState = 'decoding' | 'sent' | 'waiting';

/** Which claim to keep. */
export interface RenewOptions {
  readonly batchId: string;
  readonly epoch: number;
  /** Milliseconds from now, by the clock of Redis. */
  readonly leaseMs: number;
  readonly state: ClaimState;
}

/** `fenced`: somebody adopted the claim, stop working on it. `gone`: it was finished, released, or lost with the data set. */
export type Renewed = 'renewed' | 'fenced' | 'gone';

/** See `Queue.renew`. A lease that has ended can be renewed until somebody adopts the claim. */
export async function renew(redis: Redis, keys: QueueKeys, options: RenewOptions): Promise<Renewed> {
  const { batchId, epoch, leaseMs, state } = options;
  assertBatchId(batchId);
  assertLease(leaseMs);
  const raw = await runScript(redis, 'renew', {
    keys: [keys.leases, keys.meta, keys.stats],
    args: [batchId, epoch, leaseMs, state],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'renewed':
    case 'fenced':
    case 'gone':
      return reply.name;
    default:
      throw toUnknownReply(reply);
  }
}
