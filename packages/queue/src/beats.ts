import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { toPairs, toReply, toUnknownReply } from './reply.ts';
import { runScript, withDeadline } from './script.ts';
import { WorkerBeat } from './worker-beat.ts';

/** See `Queue.beat`. */
export async function beat(
  redis: Redis,
  keys: QueueKeys,
  options: { readonly worker: string; readonly beat: WorkerBeat },
): Promise<void> {
  const raw = await runScript(redis, 'beat', {
    keys: [keys.workers],
    args: [options.worker, JSON.stringify(options.beat)],
  });
  const reply = toReply(raw);
  if (reply.name !== 'kept') throw toUnknownReply(reply);
}

function parseBeat(text: string): WorkerBeat | null {
  try {
    return WorkerBeat.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** See `Queue.beats`. */
export async function beats(redis: Redis, keys: QueueKeys): Promise<readonly WorkerBeat[]> {
  const pairs = toPairs(await withDeadline(redis, () => redis.callBuffer('HGETALL', [keys.workers])));
  return pairs.flatMap(([, text]) => parseBeat(text) ?? []);
}

/** See `Queue.forget`. */
export async function forget(redis: Redis, keys: QueueKeys, worker: string): Promise<void> {
  await withDeadline(redis, () => redis.hdel(keys.workers, worker));
}
