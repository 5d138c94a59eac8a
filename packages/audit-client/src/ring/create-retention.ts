import type { Settings } from '../settings/settings.ts';
import { MemoryRing } from './memory-ring.ts';
import type { Retention } from './retention.ts';
import { createStrictRetention, type KeptOnDisk } from './strict-retention.ts';

/** What keeps the events that Redis acknowledged, by the guarantee of the client. */
export function createRetention(
  settings: Pick<Settings, 'ringMaxBytes' | 'guarantee'>,
  disk: () => KeptOnDisk,
): Retention {
  const ring = new MemoryRing(settings.ringMaxBytes);
  return settings.guarantee === 'strict' ? createStrictRetention(ring, disk) : ring;
}
