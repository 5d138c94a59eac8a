import type { Redis } from 'ioredis';
import { encodeLines } from '../events/encode-lines.ts';

const PUSH = 250;
const PUSH_BYTES = 1_048_576;
const PUSHES_AT_ONCE = 8;

/** Puts `events` entries into a list of its own, oldest at its right end, and tells how many bytes they are in all. */
export async function fillList(
  redis: Redis,
  key: string,
  options: { readonly events: number; readonly from?: number; readonly bytes?: number },
): Promise<number> {
  const push = options.bytes === undefined ? PUSH : Math.max(1, Math.min(PUSH, Math.floor(PUSH_BYTES / options.bytes)));
  const size = options.bytes === undefined ? {} : { bytes: options.bytes };
  let bytes = 0;
  let pending: Promise<unknown>[] = [];
  for (let at = 0; at < options.events; at += push) {
    const count = Math.min(push, options.events - at);
    const lines = encodeLines({ from: (options.from ?? 0) + at, count, ...size });
    for (const line of lines) bytes += Buffer.byteLength(line);
    if (pending.push(redis.lpush(key, ...lines)) === PUSHES_AT_ONCE) {
      await Promise.all(pending);
      pending = [];
    }
  }
  await Promise.all(pending);
  return bytes;
}
