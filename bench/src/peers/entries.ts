import type { Bound } from '../report/report.ts';
import type { ContenderName } from './contenders.ts';

/** How much a contender is given at scale 1, and what we have to reach against it. */
export interface Entry {
  readonly title: string;
  /** Events; 0 where there is no queue that could be drained. */
  readonly drained: number;
  readonly sustained: number;
  readonly drainBound?: Bound;
  readonly sustainedBound?: Bound;
}

/**
 * Slow contenders are given fewer events, so that a round ends in minutes. Each drain takes about a quarter of a minute, so
 * that nobody's is mostly that of code which is not compiled yet.
 */
export const ENTRIES: Readonly<Record<ContenderName, Entry>> = {
  auditlane: { title: 'Auditlane', drained: 1_000_000, sustained: 400_000 },
  'bullmq-single': {
    title: 'BullMQ, 1 event a job',
    drained: 40_000,
    sustained: 30_000,
    drainBound: { ratioAtLeast: 20 },
  },
  'graphile-worker': {
    title: 'graphile-worker, 1 event a job',
    drained: 40_000,
    sustained: 15_000,
    drainBound: { ratioAtLeast: 15 },
  },
  'bullmq-batched': {
    title: 'BullMQ, 1,000 events a job',
    drained: 1_000_000,
    sustained: 400_000,
    drainBound: { ratioAtLeast: 1.35 },
  },
  'single-insert': {
    title: 'INSERT per event, pool of 10',
    drained: 0,
    sustained: 60_000,
    sustainedBound: { ratioAtLeast: 7.5 },
  },
};
