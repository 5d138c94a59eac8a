import type { Part } from './part.ts';
import { drain } from './parts/drain.ts';
import { limits } from './parts/limits.ts';

/** All parts, in the order in which they run and stand in the docs. */
export const PARTS: readonly Part[] = [limits, drain];
