import type { Random } from '@auditlane/testkit/harness';

/** A server is hit again when it is back, a zombie made when the last one has ended; the others are many, and hit whenever it is their time. */
export const VICTIMS = ['worker', 'zombie', 'redis', 'postgres', 'client', 'network'] as const;
export type Victim = (typeof VICTIMS)[number];

/** One fault of the schedule; `draw` (0 to 1) chooses its victim, `forMs` how long it lasts. */
export interface Action {
  readonly atMs: number;
  readonly victim: Victim;
  readonly act: string;
  readonly draw: number;
  readonly forMs: number;
}

interface Habit {
  readonly everyMs: readonly [number, number];
  readonly acts: readonly string[];
  readonly forMs: readonly [number, number];
}

/** Rates that reach 20 kills of workers, 2 of Redis and 2 of Postgres a minute, and a fenced zombie every two, with room to spare. */
const HABITS: Readonly<Record<Victim, Habit>> = {
  worker: {
    everyMs: [1200, 2800],
    acts: ['kill', 'kill', 'kill', 'kill', 'after-commit', 'after-commit', 'after-claim', 'before-commit', 'term'],
    forMs: [0, 0],
  },
  zombie: { everyMs: [10_000, 16_000], acts: ['stop'], forMs: [0, 0] },
  redis: { everyMs: [9000, 15_000], acts: ['kill', 'kill', 'kill', 'kill', 'freeze'], forMs: [0, 900] },
  postgres: { everyMs: [10_000, 17_000], acts: ['kill', 'kill', 'kill', 'halt', 'halt', 'backend'], forMs: [0, 900] },
  client: { everyMs: [15_000, 25_000], acts: ['kill'], forMs: [0, 0] },
  network: { everyMs: [3000, 7000], acts: ['reset', 'reset', 'blackhole'], forMs: [200, 2500] },
};

/** Victims of which one fault must have ended before the next begins. */
export const LONELY: readonly Victim[] = ['zombie', 'redis', 'postgres'];

/** The whole schedule, which the seed alone determines. */
export function planNemesis(random: Random, lastsMs: number): readonly Action[] {
  const actions = VICTIMS.flatMap((victim) => {
    const draw = random.fork(victim);
    const { everyMs, acts, forMs } = HABITS[victim];
    const found: Action[] = [];
    for (let atMs = draw.integer(...everyMs); atMs < lastsMs; atMs += draw.integer(...everyMs)) {
      found.push({ atMs, victim, act: draw.pick(acts), draw: draw.next(), forMs: draw.integer(...forMs) });
    }
    return found;
  });
  return actions.toSorted((a, b) => a.atMs - b.atMs);
}
