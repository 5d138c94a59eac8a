import type { Profile, Scenario } from '../scenario.ts';
import { forMs, underLoad } from '../scenarios/during.ts';
import type { World } from '../world/world.ts';
import { BLOWS, CLASSES, type FaultClass } from './blows.ts';

type Pair = readonly [FaultClass, FaultClass];

/** Every two classes, and each with itself. */
function listPairs(): readonly Pair[] {
  return CLASSES.flatMap((first, index) => CLASSES.slice(index).map((second) => [first, second] as const));
}

/** A host whose disk is lost takes with it what only its spool had. */
function losesSpool([first, second]: Pair): boolean {
  return first === 'H' || second === 'H';
}

/**
 * How many acknowledged events the pair may cost. Nothing, but where a host is lost together with its disk: what had the
 * receipt `spooled` and was not yet queued. With Redis emptied at the same time both copies are gone.
 */
function toBound(pair: Pair, levels: ReadonlyMap<string, number>, profile: Profile): number {
  if (!losesSpool(pair)) return 0;
  const spooled = levels.get('spooled') ?? 0;
  if (!pair.includes('Rx')) return spooled;
  return profile === 'strict'
    ? [...levels.values()].reduce((sum, count) => sum + count, 0)
    : spooled + (levels.get('queued') ?? 0);
}

async function strikeBoth(world: World, [first, second]: Pair): Promise<void> {
  await underLoad(world, { rate: 150 }, async () => {
    const strikes = [
      BLOWS[first].strike(world),
      // Not at the same instant: the second falls into what the first has begun.
      forMs(world.random.integer(0, 800)).then(() => BLOWS[second].strike(world)),
    ];
    await Promise.all(strikes);
    await forMs(500);
  });
}

function toScenario(pair: Pair): Scenario {
  const [first, second] = pair;
  return {
    id: `${first}+${second}`,
    title: `${BLOWS[first].title}, and ${BLOWS[second].title}`,
    promise: losesSpool(pair) ? 'lost at most what only the destroyed disk had' : 'nothing lost, nothing twice',
    world: { workers: 2, producers: 2, client: { maxQueueLength: 1500 } },
    losesCounters: pair.includes('Rx'),
    lossBound: (world, levels) => toBound(pair, levels, world.profile),
    run: (world) => strikeBoth(world, pair),
  };
}

/** Two faults at once: one scenario for every two classes. */
export const PAIRS: readonly Scenario[] = listPairs().map(toScenario);
