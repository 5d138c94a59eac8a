import type { Redis } from 'ioredis';
import type { ClaimState, Lane, Queue } from '../../src/index.ts';

/** A claim as the model knows it. */
export interface ModelClaim {
  readonly batchId: string;
  readonly lane: Lane;
  readonly entries: readonly string[];
  epoch: number;
  attempt: number;
  state: ClaimState;
  worker: string;
  hasEnded: boolean;
  isOver: boolean;
}

/** What the queue should hold: entries oldest first, claims ever made, and the sums. */
export interface Model {
  readonly lanes: Record<Lane, string[]>;
  readonly claims: ModelClaim[];
  readonly failedIds: Set<string>;
  readonly held: string[];
  pushed: number;
  acknowledged: number;
  dead: number;
  redriven: number;
}

/** The queue under test, and the outcomes met so far. */
export interface Real {
  readonly queue: Queue;
  readonly redis: Redis;
  readonly seen: Set<string>;
}

/** What a call with this epoch meets before anything else. */
export function gate(claim: ModelClaim, epoch: number): 'gone' | 'fenced' | null {
  if (claim.isOver) return 'gone';
  return epoch === claim.epoch ? null : 'fenced';
}

/** Takes what a claim should take. */
export function takeFrom(
  model: Model,
  from: Lane,
  limits: { readonly limit: number; readonly maxBytes: number },
): string[] {
  let bytes = 0;
  const taken: string[] = [];
  for (const entry of model.lanes[from].slice(0, limits.limit)) {
    bytes += entry.length;
    if (taken.length > 0 && bytes > limits.maxBytes) break;
    taken.push(entry);
  }
  model.lanes[from].splice(0, taken.length);
  return taken;
}
