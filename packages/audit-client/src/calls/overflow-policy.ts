/** Where an event can go when the queue does not take it. */
export type OverflowPolicy = 'spool' | 'wait' | 'direct' | 'drop';
