import type { Scenario } from './scenario.ts';
import { OVERFLOW } from './scenarios/client/overflow.ts';
import { LINK_FAULTS } from './scenarios/network/links.ts';
import { OUTAGES } from './scenarios/postgres/outages.ts';
import { CRASHES as REDIS_CRASHES } from './scenarios/redis/crashes.ts';
import { MEMORY } from './scenarios/redis/memory.ts';
import { REWINDS } from './scenarios/redis/rewinds.ts';
import { CRASHES as WORKER_CRASHES } from './scenarios/worker/crashes.ts';
import { DRAINS } from './scenarios/worker/drains.ts';
import { POISON } from './scenarios/worker/poison.ts';

/** Every single fault, in the order of the matrix. */
export const SCENARIOS: readonly Scenario[] = [
  ...WORKER_CRASHES,
  ...DRAINS,
  ...POISON,
  ...REDIS_CRASHES,
  ...REWINDS,
  ...MEMORY,
  ...OUTAGES,
  ...LINK_FAULTS,
  ...OVERFLOW,
];
