import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { assertWithin, CALL_LIMITS } from './limits.ts';
import { toBuffers, toInteger, toReply, toUnknownReply } from './reply.ts';
import { runScript } from './script.ts';

/** Which part of the dead letters to read. Positions count from the oldest letter, which is 0. */
export interface PeekOptions {
  /** `newer` reads from `position` on towards the newest; `older` from the letter before it towards the oldest. */
  readonly direction: 'newer' | 'older';
  readonly position: number;
  /** Letters at most, 1 to 1000. */
  readonly limit: number;
  /** Bytes after which it ends, though never before the first letter. Default 1 MiB. */
  readonly maxBytes?: number;
}

export interface Peeked {
  /** Letters in the list at that moment. */
  readonly length: number;
  /** Lines byte for byte, in the direction of reading. */
  readonly lines: readonly Buffer[];
}

/** See `Queue.peek`. */
export async function peek(redis: Redis, keys: QueueKeys, options: PeekOptions): Promise<Peeked> {
  const { direction, position, limit, maxBytes = CALL_LIMITS.bytes } = options;
  assertWithin('The position', position, { min: 0, max: Number.MAX_SAFE_INTEGER });
  assertWithin('The limit', limit, { min: 1, max: CALL_LIMITS.entries });
  const raw = await runScript(redis, 'peek', { keys: [keys.failed], args: [position, limit, maxBytes, direction] });
  const reply = toReply(raw);
  if (reply.name !== 'letters') throw toUnknownReply(reply);
  return { length: toInteger(reply.values[0]), lines: toBuffers(reply.values[1]) };
}
