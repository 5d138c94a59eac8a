import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Takes entries as a worker does: remembered first, as if committed, and removed from Redis after. */
export interface StandInWorker extends AsyncDisposable {
  /** Id to how often it was taken; more than once only when Redis was rewound or a push was repeated. */
  readonly stored: ReadonlyMap<string, number>;
  /** Takes everything that is in the queue now. */
  drain(): Promise<void>;
}

const LANES = ['audit:queue:urgent', 'audit:queue'] as const;
const AT_ONCE = 500;

/** Starts taking from the queue of the Redis at `url`, whatever happens to it. */
export function startStandInWorker(url: string): StandInWorker {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 50, commandTimeout: 2000 });
  redis.on('error', () => undefined);
  const stored = new Map<string, number>();
  let isRunning = true;
  async function take(): Promise<number> {
    let taken = 0;
    for (const lane of LANES) {
      const lines = await redis.lrange(lane, -AT_ONCE, -1);
      for (const line of lines) {
        const id = String(JSON.parse(line).id);
        stored.set(id, (stored.get(id) ?? 0) + 1);
      }
      const removal = redis.pipeline();
      for (const line of lines) removal.lrem(lane, -1, line);
      await removal.exec();
      taken += lines.length;
    }
    return taken;
  }
  const ended = (async () => {
    while (isRunning) {
      // Away: the next turn tries again.
      await take().catch(() => 0);
      await delay(10);
    }
  })();
  return {
    stored,
    async drain() {
      while ((await take()) > 0);
    },
    async [Symbol.asyncDispose]() {
      isRunning = false;
      await ended;
      redis.disconnect();
    },
  };
}
