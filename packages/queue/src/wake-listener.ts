import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';

/**
 * Calls `onWake` when entries arrive in an empty lane, and after every reconnection, since a call may have been missed.
 * A hint only: poll slowly beside it. Takes over the connection: give it one of its own (`connectRedis`), which is
 * closed by the returned disposable. Never throws; while Redis is away nothing is called.
 */
export function openWakeListener(redis: Redis, keys: QueueKeys, onWake: () => void): Disposable {
  const subscribe = (): void => {
    // A failure means that the connection is gone again: the next 'ready' subscribes anew.
    redis.subscribe(keys.wake).then(onWake, () => undefined);
  };
  redis.on('ready', subscribe);
  redis.on('message', onWake);
  if (redis.status === 'ready') subscribe();
  else if (redis.status === 'wait') redis.connect().catch(() => undefined);
  return {
    [Symbol.dispose]: () => {
      redis.off('ready', subscribe);
      redis.off('message', onWake);
      redis.disconnect();
    },
  };
}
