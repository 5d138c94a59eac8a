import type { Receipt } from '../receipt.ts';

/**
 * Where a security event is that no audit receipt covers.
 *
 * - `buffered`: it waits in a priority queue of this process. This acknowledges nothing: a crash within the wait loses it,
 *   unless the journal is on, which has it on disk before this answer. `CRITICAL` and `HIGH` are never answered so.
 * - `deduplicated`: an identical event came before it; it is counted in the summary event at the end of the window.
 * - `processed`: the processor has taken it and says no more than that.
 * - `disabled`: the service is switched off; the event is nowhere.
 */
export type EventStatus = 'buffered' | 'deduplicated' | 'processed' | 'disabled';

/** The answer of `logEvent` and `addEvent`, whose promises never reject. */
export type EventReceipt = Receipt | { readonly id: string; readonly status: EventStatus };
