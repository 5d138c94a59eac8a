import type { Settings } from '../settings/settings.ts';
import { MemoryRing } from './memory-ring.ts';
import type { Retention } from './retention.ts';
import { createStrictRetention } from './strict-retention.ts';

/** What keeps the events that Redis acknowledged, by the guarantee of the client; `offerAgain`: the disk is to offer its copies. */
export function createRetention(
  settings: Pick<Settings, 'ringMaxBytes' | 'guarantee'>,
  offerAgain: () => void,
): Retention {
  const ring = new MemoryRing(settings.ringMaxBytes);
  return settings.guarantee === 'strict' ? createStrictRetention(ring, offerAgain) : ring;
}
