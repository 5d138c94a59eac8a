import type { Settings } from '../settings/settings.ts';
import { MemoryRing } from './memory-ring.ts';
import type { Retention } from './retention.ts';

/** What keeps the events that Redis acknowledged, by the guarantee of the client. */
export function createRetention(settings: Pick<Settings, 'ringMaxBytes'>): Retention {
  return new MemoryRing(settings.ringMaxBytes);
}
