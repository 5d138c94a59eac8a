import type { Settings } from '../settings/settings.ts';

/** How much of the buffer is taken; `half`: only disk or Postgres may still be asked. */
export type Fullness = 'free' | 'half' | 'full';

/** Whether another call may wait; the larger of the shares of events and bytes decides. */
export function toFullness(
  { bufferMaxEvents, bufferMaxBytes, overflow, guarantee }: Settings,
  pending: { readonly events: number; readonly bytes: number },
): Fullness {
  const share = Math.max(pending.events / bufferMaxEvents, pending.bytes / bufferMaxBytes);
  if (share < 1) {
    return 'free';
  }
  const hasOtherPlace = guarantee === 'strict' || overflow === 'spool' || overflow === 'direct';
  return share < 2 && hasOtherPlace ? 'half' : 'full';
}
