import type { World } from './world/world.ts';

/** What a receipt is worth, chosen by the application (`AUDIT_GUARANTEE`). */
export const PROFILES = ['durable', 'strict'] as const;
export type Profile = (typeof PROFILES)[number];

/** How the servers and links of a run differ from the usual ones. */
export interface WorldOptions {
  readonly redisSettings?: Readonly<Record<string, string>>;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Options of every client. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly clientEnv?: Readonly<Record<string, string>>;
  /** Workers that run before the scenario begins. Default 1. */
  readonly workers?: number;
  /** Producers that run before the scenario begins. Default 1. */
  readonly producers?: number;
}

/** One fault, and the promise that it must not break. */
export interface Scenario {
  /** The row of the fault matrix. */
  readonly id: string;
  /** The fault, as one would tell it. */
  readonly title: string;
  /** What is promised under it, beyond "nothing lost, nothing twice". */
  readonly promise: string;
  /** Default both. */
  readonly profiles?: readonly Profile[];
  readonly world?: WorldOptions;
  /** Why it cannot be run here; null when it can. */
  readonly skip?: () => Promise<string | null> | string | null;
  /** The counters of Redis are lost with its data, on purpose: the gauge proves nothing. */
  readonly losesCounters?: boolean;
  /**
   * How many acknowledged events may be lost, given how many there are of each level; absent means none.
   * Those that are lost must be named by the product.
   */
  readonly lossBound?: (world: World, levels: ReadonlyMap<string, number>) => number;
  /** How long `run` may take. Default 120000. */
  readonly deadlineMs?: number;
  /** Makes the load and the fault, and says by `world.happened` what took effect. The runner heals, waits and judges. */
  readonly run: (world: World) => Promise<void>;
}
