import type { Scenario } from './scenario.ts';
import { DEATHS } from './scenarios/client/deaths.ts';
import { OVERFLOW } from './scenarios/client/overflow.ts';
import { FULL_DISKS } from './scenarios/disks/full.ts';
import { PERMITTED } from './scenarios/losses/permitted.ts';
import { PARTITIONS } from './scenarios/maintenance/partitions.ts';
import { LINK_FAULTS } from './scenarios/network/links.ts';
import { createBacklog } from './scenarios/overload/backlog.ts';
import { VOLUMES } from './scenarios/overload/volumes.ts';
import { OUTAGES } from './scenarios/postgres/outages.ts';
import { REFUSALS as POSTGRES_REFUSALS } from './scenarios/postgres/refusals.ts';
import { CRASHES as REDIS_CRASHES } from './scenarios/redis/crashes.ts';
import { FAILOVERS } from './scenarios/redis/failovers.ts';
import { MEMORY } from './scenarios/redis/memory.ts';
import { REFUSALS as REDIS_REFUSALS } from './scenarios/redis/refusals.ts';
import { REWINDS } from './scenarios/redis/rewinds.ts';
import { UNMADE } from './scenarios/unmade.ts';
import { CRASHES as WORKER_CRASHES } from './scenarios/worker/crashes.ts';
import { DEFECTS, LOST_ANSWERS } from './scenarios/worker/defects.ts';
import { DRAINS } from './scenarios/worker/drains.ts';
import { POISON } from './scenarios/worker/poison.ts';

const CLASSES = ['W', 'X', 'R', 'P', 'N', 'C', 'O', 'B'];

function toRank({ id }: Scenario): number {
  return CLASSES.indexOf(id.slice(0, 1)) * 1000 + Number(id.slice(1));
}

const OTHERS: readonly Scenario[] = [
  ...WORKER_CRASHES,
  ...LOST_ANSWERS,
  ...DEFECTS,
  ...DRAINS,
  ...POISON,
  ...REDIS_CRASHES,
  ...REWINDS,
  ...PERMITTED,
  ...FAILOVERS,
  ...MEMORY,
  ...REDIS_REFUSALS,
  ...OUTAGES,
  ...POSTGRES_REFUSALS,
  ...LINK_FAULTS,
  ...DEATHS,
  ...OVERFLOW,
  ...VOLUMES,
  ...PARTITIONS,
  ...FULL_DISKS,
  ...UNMADE,
];

/** What can be chosen about the single faults. */
export interface RegistryOptions {
  /** Events of the large backlog. */
  readonly backlog: number;
}

/** Every single fault, in the order of the matrix. */
export function listScenarios({ backlog }: RegistryOptions): readonly Scenario[] {
  return [...OTHERS, createBacklog(backlog)].toSorted((a, b) => toRank(a) - toRank(b));
}
