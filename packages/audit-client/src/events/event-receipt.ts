import type { Receipt } from '../receipt.ts';

/**
 * Where a security event is that no audit receipt covers.
 *
 * - `buffered`: it waits in a priority queue of this process. This acknowledges nothing: a crash within the wait loses it,
 *   unless the journal is on, which has it on disk before this answer. `CRITICAL` and `HIGH` are never answered so.
 * - `deduplicated`: an identical event came before it; it is counted in the summary
 *   event at the end of the window, or in the event that it was merged into.
 * - `processed`: the processor has taken it and says no more than that.
 * - `parked`: the processor refuses it; it is in `audit:failed` with the reason.
 * - `disabled`: the service is switched off; the event is nowhere.
 */
export type EventStatus = 'buffered' | 'deduplicated' | 'processed' | 'parked' | 'disabled';

/** The answer of `logEvent` and `addEvent`, whose promises never reject. */
export type EventReceipt = Receipt | { readonly id: string; readonly status: EventStatus };
