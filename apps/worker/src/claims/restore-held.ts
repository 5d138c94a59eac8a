import type { Queue } from '@auditlane/queue';
import type { Logger } from '@auditlane/runtime';

const RESTORED_PER_CALL = 1000;

/** What restoring needs. */
export interface RestoreHeldParts {
  readonly queue: Pick<Queue, 'inspect' | 'restore'>;
  readonly logger: Logger;
}

/**
 * Puts entries that an older release held back into the queue, once at start: this release may understand them, and
 * holds again what it does not. At most what was held when it began, so that two releases cannot pass entries round and
 * round. A crash leaves the rest held; a Redis that does not answer leaves them for the next start.
 */
export async function restoreHeld({ queue, logger }: RestoreHeldParts): Promise<void> {
  try {
    const { held } = await queue.inspect();
    let restored = 0;
    while (restored < held) {
      const moved = await queue.restore({ limit: Math.min(RESTORED_PER_CALL, held - restored) });
      if (moved === 0) break;
      restored += moved;
    }
    if (restored > 0) logger.info({ entries: restored }, 'held entries are back in the queue');
  } catch (error) {
    logger.warn({ err: error }, 'held entries could not be restored');
  }
}
