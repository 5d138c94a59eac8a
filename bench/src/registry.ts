import type { Part } from './part.ts';
import { bytes } from './parts/bytes.ts';
import { caller } from './parts/caller.ts';
import { cost } from './parts/cost.ts';
import { drain } from './parts/drain.ts';
import { latency } from './parts/latency.ts';
import { limits } from './parts/limits.ts';
import { operators } from './parts/operators.ts';
import { peers } from './parts/peers.ts';
import { rewrites } from './parts/rewrites.ts';
import { scaleConnections } from './parts/scale-connections.ts';
import { scaleDepth } from './parts/scale-depth.ts';
import { scaleRows } from './parts/scale-rows.ts';
import { scaleSize } from './parts/scale-size.ts';
import { scaleWorkers } from './parts/scale-workers.ts';
import { securityBatching } from './parts/security-batching.ts';
import { securityEvents } from './parts/security-events.ts';
import { steady } from './parts/steady.ts';

/** All parts, in the order in which they run and stand in the docs. */
export const PARTS: readonly Part[] = [
  limits,
  drain,
  steady,
  latency,
  caller,
  cost,
  bytes,
  rewrites,
  securityEvents,
  securityBatching,
  peers,
  scaleWorkers,
  scaleRows,
  scaleDepth,
  scaleSize,
  scaleConnections,
  operators,
];
