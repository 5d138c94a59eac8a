import type { Part } from './part.ts';
import { bytes } from './parts/bytes.ts';
import { caller } from './parts/caller.ts';
import { cost } from './parts/cost.ts';
import { drain } from './parts/drain.ts';
import { latency } from './parts/latency.ts';
import { limits } from './parts/limits.ts';
import { peers } from './parts/peers.ts';
import { steady } from './parts/steady.ts';

/** All parts, in the order in which they run and stand in the docs. */
export const PARTS: readonly Part[] = [limits, drain, steady, latency, caller, cost, bytes, peers];
