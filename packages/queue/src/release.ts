import type { Redis } from 'ioredis';
import { toClaimKeys } from './claim.ts';
import type { QueueKeys } from './keys.ts';
import { assertBatchId } from './limits.ts';
import { toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** Which claim to give back. */
export interface ReleaseOptions {
  readonly batchId: string;
  readonly epoch: number;
}

/** `gone` is also what a repeated call answers. */
export type Released = 'released' | 'fenced' | 'gone';

/** See `Queue.release`. May lift the lane above its capacity: these entries were accepted before. */
export async function release(redis: Redis, keys: QueueKeys, options: ReleaseOptions): Promise<Released> {
  assertBatchId(options.batchId);
  const raw = await runScript(redis, 'release', {
    keys: toClaimKeys(keys, options.batchId),
    args: [options.batchId, options.epoch, keys.wake],
  });
  const reply = toReply(raw);
  switch (reply.name) {
    case 'released':
    case 'fenced':
    case 'gone':
      return reply.name;
    default:
      throw toUnknownReply(reply);
  }
}
