import { auditlane } from './auditlane.ts';
import { createBullmq } from './bullmq.ts';
import { graphileWorker } from './graphile-worker.ts';
import type { Peer } from './peer.ts';
import { singleInsert } from './single-insert.ts';

/** All that are measured, by the name that a process is started with. */
export const CONTENDERS = {
  auditlane,
  'bullmq-single': createBullmq({ eventsPerJob: 1, concurrency: 50 }),
  'bullmq-batched': createBullmq({ eventsPerJob: 1_000, concurrency: 4 }),
  'graphile-worker': graphileWorker,
  'single-insert': singleInsert,
} as const satisfies Record<string, Peer>;

export type ContenderName = keyof typeof CONTENDERS;

/** True for the name of a contender. */
export function isContenderName(name: string): name is ContenderName {
  return Object.hasOwn(CONTENDERS, name);
}
